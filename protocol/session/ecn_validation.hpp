#pragma once

#include <cstdint>
#include <optional>

#include "protocol/base/address.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::session {

/// Whether the way to the peer keeps ECN marks and the peer reports them (RFC 9000 section 13.4.2 and
/// appendix A.4). A few packets are marked first; only when their acknowledgements count as many marks does
/// marking go on. A path that bleaches marks, invents them, or drops marked packets is used without.
class EcnValidation {
 public:
  enum class State : std::uint8_t {
    testing,  ///< the first packets are marked
    unknown,  ///< they are on their way; further ones are not marked
    capable,
    failed,
  };
  /// Packets that are marked to try the path.
  static constexpr std::uint64_t tests = 10;

  /// Another path: it is tried anew. The peer goes on counting.
  void restart() {
    state_ = State::testing;
    reported_ = false;
    tested_ = lost_ = 0;
  }
  State state() const { return state_; }
  /// How the next packets are to be marked.
  Ecn mark() const { return state_ == State::testing || state_ == State::capable ? Ecn::ect0 : Ecn::not_ect; }
  /// A packet left with a mark.
  void on_sent() {
    ++sent_;
    if (++tested_ >= tests && state_ == State::testing) state_ = State::unknown;
  }
  /// One that was marked is lost.
  void on_lost() {
    if (++lost_ >= tests && state_ == State::unknown && !reported_) state_ = State::failed;  // AV-ECN-3
  }
  /// An acknowledgement that went past all before it came, with so many marked packets newly acknowledged
  /// since the last of these.
  void on_ack(const std::optional<wire::EcnCounts>& counts, std::uint64_t newly_acked);

 private:
  State state_ = State::testing;
  bool reported_ = false;
  std::uint64_t sent_ = 0;               // packets with a mark
  std::uint64_t tested_ = 0, lost_ = 0;  // on this path
  wire::EcnCounts last_;
};

}  // namespace avocet::session
