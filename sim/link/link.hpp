#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"
#include "sim/link/config.hpp"
#include "sim/link/medium.hpp"
#include "sim/link/schedule.hpp"
#include "sim/link/stats.hpp"

namespace avocet::link {

/// A datagram that comes out of a link.
struct Delivery {
  Time at;            ///< when it arrives
  Time pushed;        ///< when it was sent
  Duration queued{};  ///< how long it waited for its turn at the bottleneck
  std::uint64_t index =
      0;  ///< which datagram, counted from 0 in the order of push; a duplicate has its original's
  std::uint64_t tag = 0;  ///< as given to push
  Ecn ecn = Ecn::not_ect;
  Bytes bytes;
};

/// One direction of a bad path, in virtual or real time: it reads no clock and opens no socket. The same
/// config, seed and pushes give the same deliveries and drops, however often it is polled. The canonical
/// loop:
///
///     link.push(now, datagram);
///     while (auto delivery = link.pop(now)) peer.receive(now, delivery->bytes);
///     sleep until link.next();
///
/// Time must not run backwards from one call to the next; an earlier `now` counts as the latest one seen.
class Link {
 public:
  Link(LinkConfig config, std::uint64_t seed);

  /// Starts the clock of rate steps and blackholes; else the first push does.
  void start(Time now);
  /// `tag` means nothing to the link: it comes out with the delivery or the drop, to say whose datagram it
  /// was.
  void push(Time now, ByteView datagram, Ecn ecn = Ecn::not_ect, std::uint64_t tag = 0);
  /// The earliest time at which `pop` may have something; nothing when the link is empty or stands still for
  /// ever. Later than the `now` of the last `pop` that had nothing. (What waits in the queue may yet be lost,
  /// so `pop` can come back empty even then.)
  std::optional<Time> next() const;
  /// The next datagram that has arrived by `now`; call until there is none.
  std::optional<Delivery> pop(Time now);

  /// Rate at `now`; before the first datagram, the rate that it will find.
  DataRate rate(Time now) const;
  /// One way from now on: a queue that others fill farther on, or another route.
  void set_delay(Duration delay) { config_.delay = delay, medium_.set_delay(delay); }
  /// The path's MTU changes: from now on longer datagrams are dropped.
  void set_largest(std::size_t bytes) { config_.largest = bytes; }
  const Stats& stats() const { return stats_; }
  /// The latest drops, oldest first; at most LinkConfig::drop_record.
  const std::deque<Drop>& drops() const { return drops_; }
  /// The same, and forgets them.
  std::deque<Drop> take_drops() { return std::exchange(drops_, {}); }
  const LinkConfig& config() const { return config_; }

 private:
  struct Arrival {
    std::uint64_t order = 0;  // breaks ties between equal times
    Delivery delivery;
  };
  struct Later {
    bool operator()(const Arrival& a, const Arrival& b) const;
  };

  void advance(Time now);
  void admit(Delivery datagram, Time now);
  void begin_service(Time now);
  void cross_bottleneck(Time now);
  void shrink_queue(Time now);
  void cross_medium(Delivery datagram, Time now);
  void arrive(Delivery datagram, Time at);
  void drop(const Delivery& datagram, Time now, DropReason reason);

  DataSize on_wire(const Delivery& datagram) const;
  Duration since_start(Time t) const { return t - *start_; }
  Time next_step(Time after) const;

  LinkConfig config_;
  Schedule schedule_;
  Medium medium_;
  std::optional<Time> start_;  // of the first datagram
  Time latest_ = Time::min();
  Time stepped_ = Time::min();  // rate steps up to here have been applied to the queue

  std::deque<Delivery> waiting_;  // front first; not the one in service
  DataSize waiting_size_;         // on the wire
  std::optional<Delivery> serving_;
  Time served_at_ = Time::max();

  std::vector<Arrival> arrivals_;  // a heap, the earliest in front
  std::uint64_t arrival_order_ = 0;

  Stats stats_;
  std::deque<Drop> drops_;
};

}  // namespace avocet::link
