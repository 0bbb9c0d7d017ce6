#pragma once

#include <cstdio>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "analysis/capture/record.hpp"

struct pcap;

namespace avocet::capture {

/// A capture in pcap or pcapng format, read once from the front. Holds one packet at a time, however large
/// the file is.
class CaptureFile {
 public:
  /// `-` is the standard input. What is wrong, to what, and what to do is in the error, for a person.
  static std::expected<CaptureFile, std::string> open(const std::string& name);

  /// The same from an open stream, which it closes in the end.
  static std::expected<CaptureFile, std::string> take(std::FILE*, const std::string& name);

  /// The next packet; its bytes are good until the next call. Nothing at the end, or when the rest cannot be
  /// read: trouble() then says why.
  std::optional<Record> next();

  const std::string& name() const { return name_; }
  /// Empty after a whole file.
  const std::string& trouble() const { return trouble_; }
  /// What part of the file has been read, 0 to 1. Nothing when its size is not known: a pipe.
  std::optional<double> progress() const;

 private:
  struct Close {
    void operator()(pcap*) const;
  };

  CaptureFile(std::string name, std::unique_ptr<pcap, Close>);

  std::string name_, trouble_;
  std::unique_ptr<pcap, Close> pcap_;
  std::FILE* file_ = nullptr;  // pcap_'s
  double size_ = 0;            // bytes; 0: not known
  Link link_ = Link::raw;
};

}  // namespace avocet::capture
