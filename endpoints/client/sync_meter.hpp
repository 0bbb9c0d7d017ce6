#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocol/base/time.hpp"

namespace avocet::client {

/// How far apart picture and sound were, picture by picture, to a millisecond.
class SyncMeter {
 public:
  void add(Duration offset);
  /// Seconds that 95 % of the pictures stay within.
  std::optional<double> p95() const;
  std::optional<double> largest() const;

 private:
  std::array<std::uint64_t, 1000> counts_{};  // by milliseconds
  std::uint64_t all_ = 0;
  Duration largest_{};
};

}  // namespace avocet::client
