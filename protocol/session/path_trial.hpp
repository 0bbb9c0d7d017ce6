#pragma once

#include <algorithm>
#include <array>

#include "protocol/base/inline_vector.hpp"
#include "protocol/session/path.hpp"

namespace avocet::session {

using PathBytes = std::array<std::byte, 8>;

/// An address that packets of the peer's come from, and that it has not shown to receive at yet (RFC 9000
/// section 8.2). It is asked three times, a probe timeout apart; then it is given up.
class PathTrial {
 public:
  PathTrial(PeerAddress peer, PeerAddress local, Time now, Duration probe_timeout)
      : path_(peer, local, false),
        probe_timeout_(probe_timeout),
        next_(now),
        expires_(now + challenges * probe_timeout) {}

  /// What leaves for that address counts, as what came from there (AV-MIG-3).
  Path& path() { return path_; }
  const Path& path() const { return path_; }

  /// Bytes of a datagram that may go there now; zero when a challenge would not fit.
  std::size_t room() const { return path_.allowance() < least_datagram ? 0 : path_.allowance(); }
  /// A challenge is due.
  bool wants_challenge(Time now) const { return next_ <= now && !asked_.full() && room() > 0; }
  /// A challenge went there.
  void on_challenge(Time now, const PathBytes& data) {
    asked_.push_back(data);
    next_ = now + probe_timeout_;
  }
  bool answered_by(const PathBytes& data) const {
    return std::find(asked_.begin(), asked_.end(), data) != asked_.end();
  }
  /// Nothing came back.
  bool failed(Time now) const { return expires_ <= now; }
  /// When to look at it again.
  Time due() const { return asked_.full() || room() == 0 ? expires_ : next_; }

 private:
  static constexpr std::size_t challenges = 3;
  static constexpr std::size_t least_datagram = wire::sealed_overhead + 32;
  Path path_;
  Duration probe_timeout_;
  Time next_, expires_;
  InlineVector<PathBytes, challenges> asked_;
};

}  // namespace avocet::session
