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

  /// `most` of the latest are remembered.
  explicit PassedPackets(std::size_t most) : most_(most) {}

  /// All below `acknowledged` have been asked for, and are soon asked for no more.
  void add(Time now, PacketNumber number, std::size_t size, std::uint64_t acknowledged) {
    if (places_.empty()) places_.resize(least), first_ = number.value;
    while (places_.size() < most_ && still_asked_for(now, place_of(number.value), acknowledged)) grow();
    Place& place = places_[number.value % places_.size()];
    if (place.number_plus_one() < number.value + 1) {
      place = {(number.value + 1) << size_bits | std::min(size, largest), now};
    }
  }
  void forget() { std::vector<Place>().swap(places_); }
  /// Nothing when it did not pass, or long ago.
  std::optional<Passed> find(std::uint64_t number) const {
    if (places_.empty()) return std::nullopt;
    const Place& place = place_of(number);
    if (place.number_plus_one() != number + 1) return std::nullopt;
    return Passed{place.at, place.packed & largest};
  }
  /// It is missing here, among others that passed: neither before the first of them, nor too long ago to
  /// know.
  bool missing(std::uint64_t number) const {
    return !places_.empty() && number > first_ && place_of(number).number_plus_one() < number + 1;
  }

 private:
  static constexpr std::size_t least = 64;
  static constexpr unsigned size_bits = 16;
  static constexpr std::size_t largest = (1u << size_bits) - 1;
  struct Place {
    std::uint64_t packed = 0;  // number plus one, and the size in the lowest bits
    Time at;
    std::uint64_t number_plus_one() const { return packed >> size_bits; }
  };

  const Place& place_of(std::uint64_t number) const { return places_[number % places_.size()]; }
  static bool still_asked_for(Time now, const Place& place, std::uint64_t acknowledged) {
    const Duration age = now - place.at;
    return place.number_plus_one() > 0 && (age < 1s || (age < 10s && place.number_plus_one() > acknowledged));
  }
  void grow() {
    std::vector<Place> larger(2 * places_.size());
    for (const Place& p : places_) {
      if (p.number_plus_one() > 0) larger[(p.number_plus_one() - 1) % larger.size()] = p;
    }
    places_ = std::move(larger);
  }

  std::size_t most_;
  std::vector<Place> places_;  // grows as it is needed
  std::uint64_t first_ = 0;
};

}  // namespace avocet::analysis
