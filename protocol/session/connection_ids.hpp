#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/base/ids.hpp"
#include "protocol/base/inline_vector.hpp"
#include "protocol/base/time.hpp"
#include "protocol/wire/frames.hpp"

/// The connection ids of one connection (RFC 9000 section 5.1): those that the peer sends to, and those that
/// it has given us. Sequence numbers begin with 0, the id of the handshake.
namespace avocet::session {

/// The most ids that an end keeps at a time, of its own and of the peer's.
inline constexpr std::size_t most_ids = 4;

using ResetTokenBytes = std::array<std::byte, 16>;

/// Ids that this end has chosen for packets to itself. The peer retires them; each place that becomes free is
/// filled with a fresh one.
class OwnIds {
 public:
  explicit OwnIds(ConnectionId first);

  /// How many the peer keeps at a time.
  void set_limit(std::uint8_t ids_of_peer);
  /// The peer would keep one more: draw a fresh id and add it.
  bool wants_more() const { return limit_ > held_ - leaving_; }
  void add(ConnectionId, const ResetTokenBytes& token);

  /// Packets to this id are ours: also to one that was retired a moment ago, for packets overtake each other.
  bool owns(ConnectionId) const;
  /// The one of the handshake, also when it is retired.
  ConnectionId first() const { return first_; }
  /// The peer retires one, in a packet to `arrived_at`; it is owned until `keep_until`. What is wrong with
  /// that, or empty.
  std::string_view retire(std::uint64_t sequence, ConnectionId arrived_at, Time keep_until);
  /// Forgets what was kept long enough.
  void forget(Time now);
  /// An id that is no longer owned, each once.
  std::optional<ConnectionId> take_freed();
  /// Calls `visit(id)` for each that is owned or was not yet taken as freed.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < held_; ++i) visit(entries_[i].id);
    for (const ConnectionId id : freed_) visit(id);
  }

  /// An id that the peer must still be told of; it counts as told then.
  std::optional<wire::NewId> next_news();
  bool has_news() const;
  void on_news_lost(std::uint64_t sequence);

 private:
  struct Entry {
    std::uint64_t sequence = 0;
    ConnectionId id;
    ResetTokenBytes token{};
    bool told = true;
    std::optional<Time> keep_until;  // retired
  };
  void remove(std::size_t index);

  ConnectionId first_;
  std::uint64_t next_ = 1;
  std::uint8_t limit_ = 1;
  std::size_t held_ = 1, leaving_ = 0;
  std::array<Entry, 2 * most_ids> entries_;  // by sequence; the first `held_` count
  InlineVector<ConnectionId, 2 * most_ids> freed_;
};

/// Ids that the peer has chosen for packets to it: one is in use, a second may be on the way to a new
/// address, the others are spare.
class PeerIds {
 public:
  /// Keeps at most so many, up to `most_ids`.
  explicit PeerIds(std::uint8_t most) : most_(most) {}

  /// The one of the handshake.
  void set_first(ConnectionId, const ResetTokenBytes&);
  ConnectionId current() const { return current_.id; }

  /// The peer offers one. What is wrong with that, or empty; `fresh` says whether it was not known.
  std::string_view offer(const wire::NewId&, bool& fresh);

  /// Goes over to a spare id for good and retires the one so far; false when there is no spare.
  bool move_on();
  /// The id for packets to an address that is being proven: a spare one if there is, else the current.
  ConnectionId on_trial();
  /// The address was proven: its id is the current one now.
  void accept_trial();
  /// It was not: the id that went there is not used again.
  void drop_trial();

  /// Whether it is what a Reset of the peer's must end in, for an id that packets were sent to.
  bool knows(ConnectionId, const ResetTokenBytes& token) const;

  /// A sequence number that must be told as retired; it counts as told then.
  std::optional<wire::RetireId> next_retirement();
  bool has_retirements() const;
  void on_retirement_lost(std::uint64_t sequence);
  void on_retirement_acked(std::uint64_t sequence);

 private:
  struct Entry {
    std::uint64_t sequence = 0;
    ConnectionId id;
    ResetTokenBytes token{};
  };
  struct Retirement {
    std::uint64_t sequence;
    bool told;
  };
  /// Retirements that the peer has not acknowledged; one that makes us hold more floods us.
  static constexpr std::size_t most_retirements = 2 * most_ids;

  bool note_seen(std::uint64_t sequence);
  bool retire_below(std::uint64_t sequence);
  bool retire(std::uint64_t sequence);
  std::optional<Entry> take_spare();

  const std::uint8_t most_;
  Entry current_;
  std::optional<Entry> trial_;
  InlineVector<Entry, most_ids> spare_;
  InlineVector<Retirement, most_retirements> retirements_;
  std::uint64_t retired_below_ = 0;
  std::uint64_t largest_ = 0, seen_ = 1;  // bit n: largest - n was offered
};

}  // namespace avocet::session
