#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"
#include "protocol/recovery/carried.hpp"
#include "protocol/recovery/rtt.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::recovery {

/// A packet as it was sent.
struct SentPacket {
  PacketNumber number;
  Time sent;
  std::size_t size = 0;        ///< UDP payload
  bool ack_eliciting = false;  ///< holds more than ACK and CLOSE
  bool in_flight = false;      ///< counts for congestion control: ack-eliciting or padded
  bool probe = false;          ///< part of a probing train of the rate controller
  bool app_limited = false;    ///< nothing else was waiting to be sent
  bool marked = false;         ///< ECT(0)
  CarriedList carried;
};

/// Hears what became of packets. Must not call the SentPackets that is talking.
class PacketSink {
 public:
  /// Newly acknowledged. `arrival`: us on the receiver's clock, when reported. `spurious`: it had been
  /// declared lost before; its bytes had left the flight already.
  virtual void on_acked(const SentPacket&, const std::optional<std::int64_t>& arrival, bool spurious) = 0;
  /// Declared lost, once per packet.
  virtual void on_lost(const SentPacket&) = 0;

 protected:
  ~PacketSink() = default;
};

/// How long to wait for an acknowledgement before probing.
struct ProbePolicy {
  Duration max_ack_delay = 25ms;  ///< of the peer
  double backoff = 2;             ///< each further timeout is longer by this
  Duration longest = 500ms;       ///< backoff stops here, or at the first timeout if that is longer
};

/// Packets sent in one number space that are neither acknowledged nor forgotten; loss detection and probe
/// timer (RFC 9002 section 6). A packet with media or parity is lost as soon as reordering on this path
/// cannot explain that a later one arrived first; all others by the thresholds of the RFC. Holds at most
/// max_outstanding packets and twice as many items; storage begins empty, grows to the largest flight and is
/// reused.
class SentPackets {
 public:
  /// 4096 packets of 1200 bytes are 390 Mbit/s at a round trip of 100 ms.
  static constexpr std::size_t max_outstanding = 1 << 12, max_items = 2 * max_outstanding;

  /// `rtt` is shared by the number spaces of a path and must outlive this. `first` is the number of the first
  /// packet.
  explicit SentPackets(RttEstimator& rtt, ProbePolicy policy = {}, PacketNumber first = {})
      : rtt_(&rtt),
        policy_(policy),
        base_(first.value),
        next_(first.value),
        oldest_outstanding_(first.value) {}

  /// Longest time that the peer says it holds an acknowledgement.
  void set_max_ack_delay(Duration delay) { policy_.max_ack_delay = delay; }

  /// Stop sending until something is acknowledged or lost. A quarter is left for acknowledgements, or two
  /// ends that both have much in flight would wait for each other.
  bool full() const { return holds_more_than(3); }
  /// Not even those can be remembered: the peer acknowledges nothing. Nothing may be sent any more.
  bool exhausted() const { return holds_more_than(4); }
  /// The number that the next packet must have.
  PacketNumber next() const { return {next_}; }
  /// `packet.number` must be next(), and exhausted() false.
  void on_sent(const SentPacket& packet);

  struct AckOutcome {
    bool newly_acked = false;        ///< at least one packet was new
    bool rtt_sampled = false;        ///< the estimator moved
    std::uint64_t newly_marked = 0;  ///< ECN-CE marks that were not known before
  };
  enum class AckError : std::uint8_t { never_sent };  ///< close the connection with a protocol error
  /// An ACK of the peer. Tells `sink` of packets newly acknowledged (going down), then of those lost.
  std::expected<AckOutcome, AckError> on_ack(Time now, const wire::Ack&, PacketSink& sink);

  enum class TimerOutcome : std::uint8_t {
    nothing,  ///< too early
    lost,     ///< the sink was told of lost packets
    probe,    ///< send one or two ack-eliciting packets now, whatever the window says
  };
  /// When on_timer should be called next.
  std::optional<Time> timer() const;
  TimerOutcome on_timer(Time now, PacketSink& sink);

  /// Declares all that is outstanding lost: it went to where the peer is no longer.
  void lose_all(Time now, PacketSink& sink);

  /// Gives the storage back, if no packet is remembered.
  void shrink() {
    if (base_ == next_) records_ = std::vector<Record>(), carried_ = std::vector<Carried>();
  }
  /// Gives up everything, telling nobody: the keys of the space are discarded.
  void discard();

  std::size_t bytes_in_flight() const { return bytes_in_flight_; }
  /// Bytes of storage.
  std::size_t memory() const {
    return records_.capacity() * sizeof(Record) + carried_.capacity() * sizeof(Carried);
  }
  bool ack_eliciting_in_flight() const { return eliciting_in_flight_ > 0; }
  /// Probe timeouts in a row without an answer.
  unsigned probe_count() const { return probe_count_; }
  std::uint64_t lost() const { return lost_; }
  std::uint64_t spurious() const { return spurious_; }
  /// How much later than a later-sent packet one may arrive without being taken for lost (media).
  Duration reorder_window() const { return reorder_window_; }
  std::optional<PacketNumber> largest_acked() const { return largest_acked_; }

 private:
  enum class State : std::uint8_t { outstanding, acked, lost };
  struct Record {
    Time sent;
    Time overtaken;  // when a later-sent packet arrived first, on our clock but without the way back; none:
                     // max
    std::uint32_t carried = 0;  // sequence number of the first item
    std::uint16_t size = 0;
    std::uint8_t carried_count = 0;
    State state : 2 = State::outstanding;
    bool ack_eliciting : 1 = false, in_flight : 1 = false, media : 1 = false;
    bool probe : 1 = false, app_limited : 1 = false, marked : 1 = false;
  };
  class ArrivalReader;

  bool holds_more_than(std::size_t quarters) const {
    const std::size_t items = static_cast<std::uint32_t>(carried_next_ - carried_base_);
    return next_ - base_ >= quarters * max_outstanding / 4 || items + max_carried > quarters * max_items / 4;
  }
  Record& at(std::uint64_t number) { return records_[number & (records_.size() - 1)]; }
  const Record& at(std::uint64_t number) const { return records_[number & (records_.size() - 1)]; }
  SentPacket unpack(std::uint64_t number) const;
  template <class Visit>
  void for_each_run(const wire::Ack&, Visit&&) const;
  template <class T, class Sequence>
  static void grow(std::vector<T>& ring, Sequence begin, Sequence end, std::size_t more);
  void make_room(std::size_t carried);
  void leave_flight(const Record&);
  void on_acked_packet(std::uint64_t number, Time now, const wire::Ack&,
                       const std::optional<std::int64_t>& arrival, PacketSink&);
  void mark_overtaken(Time now, const wire::Ack&);
  void observe_reordering(Duration late, Time now);
  Time loss_time(const Record&) const;
  bool detect_losses(Time now, PacketSink&);
  void declare_lost(std::uint64_t number, PacketSink&);
  void forget(Time now);
  Duration probe_timeout() const;

  RttEstimator* rtt_;
  ProbePolicy policy_;
  std::vector<Record> records_;   // ring over packet numbers, a power of two
  std::vector<Carried> carried_;  // ring over sequence numbers of items, a power of two
  std::uint64_t base_ = 0, next_ = 0;
  std::uint64_t oldest_outstanding_ = 0;  // no outstanding packet below
  std::uint32_t carried_base_ = 0, carried_next_ = 0;
  std::size_t bytes_in_flight_ = 0, eliciting_in_flight_ = 0;
  std::optional<PacketNumber> largest_acked_;
  Time last_eliciting_{};
  std::optional<Time> loss_timer_;
  unsigned probe_count_ = 0;
  std::uint64_t lost_ = 0, spurious_ = 0, marked_ = 0;
  Duration reorder_window_ = 2ms;
  Time reordered_at_{};
};

}  // namespace avocet::recovery
