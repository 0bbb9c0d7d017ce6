#pragma once

#include <chrono>

#include "protocol/base/time.hpp"

namespace avocet::sim {

/// One line on a terminal, redrawn: how much is simulated, how fast, and how long the rest takes.
class ProgressBar {
 public:
  explicit ProgressBar(Duration length);

  /// Standard error is a terminal.
  static bool wanted();

  void show(Duration simulated);
  void clear();
  /// Since it was made.
  double seconds() const;

 private:
  const Duration length_;
  const std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point shown_{};
};

}  // namespace avocet::sim
