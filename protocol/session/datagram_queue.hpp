#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"

namespace avocet::session {

/// Datagrams that wait for the driver. No more than `most` are held, and their buffers are used again: a
/// flood costs no memory beyond that, and in steady state none is allocated.
class DatagramQueue {
 public:
  struct Entry {
    PeerAddress from, to;
    Ecn ecn = Ecn::not_ect;
    Time arrived{};
    std::uint8_t shard = 0;
    Bytes bytes;
  };

  explicit DatagramQueue(std::size_t most) : most_(most) {}

  bool empty() const { return held_ == 0; }
  bool full() const { return held_ == most_; }

  /// A place at the end; its buffer holds old bytes. Not when full.
  Entry& push() {
    if (held_ == ring_.size()) grow();
    return ring_[(first_ + held_++) % ring_.size()];
  }
  /// Takes the oldest out; good until the next push. Not when empty.
  Entry& pop() {
    Entry& entry = ring_[first_];
    first_ = (first_ + 1) % ring_.size();
    --held_;
    return entry;
  }

 private:
  void grow() {
    std::ranges::rotate(ring_, ring_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
    ring_.resize(std::clamp<std::size_t>(ring_.size() * 2, 1, most_));
  }

  std::size_t most_;
  std::vector<Entry> ring_;
  std::size_t first_ = 0, held_ = 0;
};

}  // namespace avocet::session
