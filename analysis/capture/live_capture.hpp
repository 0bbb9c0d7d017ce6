#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "analysis/capture/record.hpp"

struct pcap;

namespace avocet::capture {

/// Packets of an interface as they pass. Needs the right to capture (CAP_NET_RAW).
class LiveCapture {
 public:
  /// `any` is all interfaces. What is wrong and what to do is in the error, for a person.
  static std::expected<LiveCapture, std::string> open(const std::string& interface);

  /// The next packet; its bytes are good until the next call. Nothing when none came for a tenth of a second,
  /// and once trouble() says why none will come any more.
  std::optional<Record> next();

  const std::string& trouble() const { return trouble_; }
  /// Packets that this machine was too slow to capture.
  std::uint64_t dropped() const;

 private:
  struct Close {
    void operator()(pcap*) const;
  };
  LiveCapture(std::string interface, std::unique_ptr<pcap, Close>);

  std::string interface_, trouble_;
  std::unique_ptr<pcap, Close> pcap_;
  Link link_ = Link::raw;
  std::int64_t fraction_ = 1;  // ns for each unit of the capture's sub-seconds
};

}  // namespace avocet::capture
