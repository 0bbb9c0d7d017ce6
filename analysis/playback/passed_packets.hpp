#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/base/packet_number.hpp"
#include "protocol/base/time.hpp"

namespace avocet::analysis {

/// When the latest packets of one direction passed, and how large they were, by their numbers.
class PassedPackets {
 public:
  struct Passed {
    Time at;
    std::size_t size = 0;  ///< UDP payload
  };

  void add(Time now, PacketNumber number, std::size_t size) {
    if (places_.empty()) places_.resize(most), first_ = number.value;
    Place& place = places_[number.value % most];
    if (place.number_plus_one() < number.value + 1) {
      place = {(number.value + 1) << size_bits | std::min(size, largest), now};
    }
  }
  /// Nothing when it did not pass, or long ago.
  std::optional<Passed> find(std::uint64_t number) const {
    if (places_.empty()) return std::nullopt;
    const Place& place = places_[number % most];
    if (place.number_plus_one() != number + 1) return std::nullopt;
    return Passed{place.at, place.packed & largest};
  }
  /// It is missing here, among others that passed: neither before the first of them, nor too long ago to
  /// know.
  bool missing(std::uint64_t number) const {
    return !places_.empty() && number > first_ && places_[number % most].number_plus_one() < number + 1;
  }

 private:
  /// Packets in flight at once: 25 Mbit/s for a second.
  static constexpr std::size_t most = 2048;
  static constexpr unsigned size_bits = 16;
  static constexpr std::size_t largest = (1u << size_bits) - 1;
  struct Place {
    std::uint64_t packed = 0;  // number plus one, and the size in the lowest bits
    Time at;
    std::uint64_t number_plus_one() const { return packed >> size_bits; }
  };

  std::vector<Place> places_;
  std::uint64_t first_ = 0;
};

}  // namespace avocet::analysis
