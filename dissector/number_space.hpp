#pragma once

#include <cstdint>
#include <optional>

#include "dissector/sightings.hpp"
#include "protocol/base/ids.hpp"

/// The packets of one number space that the capture has shown.
namespace avocet::dissector {

class NumberSpace {
 public:
  struct Verdict {
    std::uint64_t missing_before = 0;     ///< numbers passed over by this packet
    bool reordered = false;               ///< fills a gap
    const Sighting* earlier = nullptr;    ///< the packet that had the same number
    std::optional<std::uint64_t> behind;  ///< how far below the largest number
  };
  Verdict see(PacketNumber, Sighting);

  /// Null when the capture has not shown it.
  const Sighting* find(PacketNumber number) const { return seen_.find(number.value); }
  /// The largest number so far.
  std::optional<PacketNumber> largest() const { return largest_; }

 private:
  Sightings seen_;
  std::optional<PacketNumber> largest_;
};

}  // namespace avocet::dissector
