#pragma once

#include <array>
#include <optional>

#include "analysis/capture/ip_header.hpp"
#include "protocol/base/interval_set.hpp"

namespace avocet::capture {

/// Puts the fragments of IP packets together. Holds at most 32 unfinished packets of at most 64 KB each; the
/// oldest one makes room.
class IpFragments {
 public:
  /// The whole packet when this was its last missing part; its payload is good until the next call. Fragments
  /// that the capture has cut cannot be used, and those that overlap are not (RFC 5722).
  std::optional<NetworkPacket> add(const IpPacket&);

  std::uint64_t abandoned() const { return abandoned_; }

 private:
  struct Pending {
    PeerAddress from, to;
    std::uint32_t id = 0;
    std::uint8_t protocol = 0;
    std::uint64_t age = 0;  // 0: free
    Bytes bytes;
    IntervalSet<std::size_t, 64> have;
    std::optional<std::size_t> size;
    NetworkPacket first;  // headers of the fragment at offset 0
  };
  Pending& find_or_begin(const IpPacket&);

  std::array<Pending, 32> pending_{};
  Bytes whole_;
  std::uint64_t age_ = 0, abandoned_ = 0;
};

}  // namespace avocet::capture
