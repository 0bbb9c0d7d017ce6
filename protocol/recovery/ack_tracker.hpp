#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/base/address.hpp"
#include "protocol/base/ids.hpp"
#include "protocol/base/interval_set.hpp"
#include "protocol/base/time.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::recovery {

/// What has arrived in one number space, and when the peer must be told. An ACK is due `max_ack_delay` after
/// the first ack-eliciting packet that is not yet acknowledged, and at once when a gap opens or fills, at the
/// end of a media frame, when the delay rises, on an ECN-CE mark, and every 64 packets. Holds at most 64
/// ranges and 256 arrival times; both start without storage.
class AckTracker {
 public:
  /// `first` is the lowest number that the peer will send.
  explicit AckTracker(Duration max_ack_delay = 25ms, PacketNumber first = {})
      : max_ack_delay_(max_ack_delay), first_(first) {}

  /// A packet was opened. Call it once per packet number (crypto::ReplayWindow tells repeats), after its
  /// frames were read. `arrived` is never later than `now`.
  void on_received(PacketNumber, bool ack_eliciting, Ecn, Time arrived, Time now);
  /// The packet just received held the last fragment of a media frame: the ACK is due now.
  void on_frame_end(Time now);
  /// The packet just received is of a frame captured `age` before it arrived, by any offset between the
  /// clocks. A rise of more than 10 ms above the smallest age of the last seconds makes the ACK due now, at
  /// most once per 10 ms.
  void on_media_age(Duration age, Time now);
  /// The peer acknowledged a packet of ours that carried an ACK with this `largest` (Carried::ack): what that
  /// ACK said need not be said again.
  void on_ack_acked(PacketNumber largest);

  /// When the next ACK must leave at the latest: in the past or present means now. Nothing while nothing
  /// ack-eliciting waits.
  std::optional<Time> due() const { return due_; }
  /// Fills `out` with what is known, in at most `room` encoded bytes (type included), newest first. Clears
  /// due(). False when nothing was received yet or not even the largest fits; `out` is then unspecified.
  /// `epoch` is the origin of the receiver's clock on the wire: the same value for the life of the
  /// connection, not after any arrival.
  bool build(Time now, Time epoch, wire::Ack& out, std::size_t room);
  /// Something arrived since the last ACK: one is worth adding to a packet that is sent anyway.
  bool has_news() const { return news_; }
  /// Many ACKs went out since the peer last acknowledged one: the next should travel with a PING, so that
  /// ranges and times can be forgotten (RFC 9000 section 13.2.4).
  bool wants_acknowledgement() const { return built_ >= acks_without_answer; }

  /// Gives storage back that is not in use.
  void shrink() { arrivals_.shrink_to_fit(); }
  /// Bytes of storage.
  std::size_t memory() const { return ranges_.memory() + arrivals_.capacity() * sizeof(Received); }
  /// The largest number received.
  std::optional<PacketNumber> largest() const { return largest_; }
  /// Packet numbers below the largest that never arrived (so far): loss on the way here, before repair.
  std::uint64_t received_gaps() const { return largest_ ? *largest_ - first_ + 1 - received_ : 0; }

 private:
  static constexpr unsigned acks_without_answer = 16;

  struct Received {
    PacketNumber number;
    Time arrived;
    std::uint8_t reports = 0;  // ACKs that carried this time
  };

  void remember(PacketNumber, Time arrived);
  void add_ranges(wire::Ack& out, std::size_t& room) const;
  void add_arrivals(wire::Ack& out, Time epoch, std::size_t room);
  void due_at(Time t) { due_ = due_ && *due_ < t ? *due_ : t; }

  Duration max_ack_delay_;
  PacketNumber first_;
  std::optional<Time> due_;
  bool news_ = false;
  unsigned eliciting_ = 0;  // ack-eliciting packets since the last ACK
  unsigned built_ = 0;      // ACKs since the peer acknowledged one
  std::optional<PacketNumber> largest_;
  Time largest_arrived_{};
  std::uint64_t received_ = 0;
  wire::EcnCounts ecn_;
  IntervalSet<PacketNumber, wire::max_ack_ranges> ranges_;
  std::vector<Received> arrivals_;  // ascending numbers; at most wire::max_arrivals

  std::optional<Duration> age_;  // smallest since the last rise, or the age of that rise
};

}  // namespace avocet::recovery
