#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"

/// The packets of one number space that the capture has shown.
namespace avocet::dissector {

/// Where and when a packet was captured.
struct Sighting {
  std::uint32_t packet = 0;  ///< its number in the capture
  Time at{};
};

class NumberSpace {
 public:
  struct Verdict {
    std::uint64_t missing_before = 0;     ///< numbers passed over by this packet
    bool reordered = false;               ///< fills a gap
    std::optional<Sighting> earlier;      ///< the packet that had the same number
    std::optional<std::uint64_t> behind;  ///< how far below the largest number
  };
  Verdict see(PacketNumber, Sighting);

  const Sighting* find(PacketNumber number) const {
    const auto found = seen_.find(number.value);
    return found == seen_.end() ? nullptr : &found->second;
  }
  /// The largest number so far.
  std::optional<PacketNumber> largest() const { return largest_; }

 private:
  std::unordered_map<std::uint64_t, Sighting> seen_;
  std::optional<PacketNumber> largest_;
};

}  // namespace avocet::dissector
