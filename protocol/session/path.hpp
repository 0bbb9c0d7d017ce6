#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "protocol/base/address.hpp"
#include "protocol/wire/packets.hpp"

namespace avocet::session {

/// Where a connection's packets go, and how much may go there. Until the peer has shown that it receives at
/// its address, three times the bytes that came from there are the most (RFC 9000 section 8.1), so that a
/// forged source address makes no amplifier of us.
class Path {
 public:
  Path(PeerAddress peer, PeerAddress local, bool validated)
      : peer_(peer), local_(local), validated_(validated) {}

  void on_received(std::size_t bytes) { received_ += static_cast<std::int64_t>(bytes); }
  void on_sent(std::size_t bytes) { sent_ += static_cast<std::int64_t>(bytes); }
  void validate() { validated_ = true; }

  /// Bytes that may be sent now.
  std::size_t allowance() const {
    if (validated_) return std::numeric_limits<std::size_t>::max();
    return static_cast<std::size_t>(std::max<std::int64_t>(0, 3 * received_ - sent_));
  }
  bool validated() const { return validated_; }
  const PeerAddress& peer() const { return peer_; }
  const PeerAddress& local() const { return local_; }
  /// The largest datagram that is sent; it begins with what every path carries.
  std::size_t datagram_size() const { return datagram_size_; }
  void set_datagram_size(std::size_t size) { datagram_size_ = size; }

 private:
  PeerAddress peer_, local_;
  bool validated_;
  std::size_t datagram_size_ = wire::base_datagram;
  std::int64_t received_ = 0, sent_ = 0;
};

}  // namespace avocet::session
