#pragma once

#include <chrono>
#include <cstdint>

namespace avocet::analysis {

/// One line on standard error, redrawn, if that is a terminal: how much of a file has been read.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Cheap enough to ask after every few thousand packets.
  bool due() const;
  /// `part` from 0 to 1.
  void show(double part, std::uint64_t packets);

 private:
  bool wanted_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point shown_;
};

}  // namespace avocet::analysis
