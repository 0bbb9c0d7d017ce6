#pragma once

#include <array>
#include <bit>
#include <vector>

#include "protocol/wire/frames.hpp"

namespace avocet::analysis {

/// The beginnings of the latest fragments of one track, as parity protects them (wire::Shard). Parity works
/// byte by byte: beginnings of rows and fragments rebuild the beginnings of others, where a frame's head is.
class FragmentHeads {
 public:
  /// The fields before the data (4), and the largest head of a frame (49).
  static constexpr std::size_t size = 56;
  using Head = std::array<std::byte, size>;

  static Head beginning_of(ByteView bytes) {
    Head head{};
    std::ranges::copy(bytes.first(std::min(bytes.size(), size)), head.begin());
    return head;
  }

  void add(FragmentNumber number, std::uint16_t index, ByteView data) {
    if (places_.empty()) places_.resize(least);
    Place& place = places_[number.value % places_.size()];
    place.number_plus_one = number.value + 1;
    place.head = {};
    wire::Writer w(place.head);
    wire::write_fields(w, wire::Shard{static_cast<std::uint16_t>(data.size()), index,
                                      data.first(std::min(data.size(), size - fields))});
  }
  /// Null when it did not come, or too long ago.
  const Head* find(FragmentNumber number) const {
    if (places_.empty()) return nullptr;
    const Place& place = places_[number.value % places_.size()];
    return place.number_plus_one == number.value + 1 ? &place.head : nullptr;
  }
  void forget(FragmentNumber number) {
    if (find(number) != nullptr) places_[number.value % places_.size()] = Place{};
  }
  /// Parity comes so many fragments after the first one that it protects.
  void keep(std::uint64_t fragments) {
    const std::size_t needed = std::bit_ceil(std::min<std::size_t>(fragments, most));
    if (needed <= places_.size()) return;
    std::vector<Place> larger(needed);
    for (const Place& p : places_) {
      if (p.number_plus_one > 0) larger[(p.number_plus_one - 1) % needed] = p;
    }
    places_ = std::move(larger);
  }

 private:
  static constexpr std::size_t least = 64, most = 512, fields = 4;
  struct Place {
    std::uint64_t number_plus_one = 0;
    Head head{};
  };
  std::vector<Place> places_;
};

}  // namespace avocet::analysis
