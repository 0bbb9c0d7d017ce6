#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"
#include "protocol/wire/packets.hpp"

namespace avocet::session {

/// How large datagrams to the peer may be: path MTU discovery by probes (RFC 8899). It begins with what every
/// path carries, and tries the sizes that real paths have one after the other, when enough is sent to gain by
/// it. Who finds that large packets vanish while small ones arrive goes back to the beginning. All sizes are
/// of UDP payload.
class MtuDiscovery {
 public:
  /// A search that has come to its end begins again after this (RFC 8899's PMTU_RAISE_TIMER).
  static constexpr Duration raise_after = 600s;
  /// After a black hole, which may have been an outage only.
  static constexpr Duration retry_after = 30s;
  /// A size that was lost so often does not pass (MAX_PROBES).
  static constexpr unsigned max_probes = 3;
  /// Full datagrams sent before a search begins, and before a lost probe is repeated: who sends little gains
  /// nothing, and who has just begun needs the path for more urgent things.
  static constexpr unsigned worth = 256;
  /// Large packets lost in a row, while small ones arrive, that make a black hole.
  static constexpr unsigned black_hole = 8;

  /// Nothing above `limit` is tried.
  void set_limit(std::size_t limit) {
    limit_ = std::clamp(limit, wire::base_datagram, wire::largest_datagram);
  }
  /// Another path, of which nothing is known.
  void restart() {
    const std::size_t limit = limit_;
    *this = {};
    limit_ = limit;
  }

  /// The largest datagram that is known to pass.
  std::size_t current() const { return current_; }
  /// The size of the probe that is due at that rate of sending. One is on its way at a time.
  std::optional<std::size_t> wanted(Time now, DataRate rate) const {
    if (probing_ || full_ < worth || now < search_at_) return std::nullopt;
    const auto size = next_size();
    return size && suits(*size, rate, longest_to_grow) ? size : std::nullopt;
  }
  /// Datagrams that would hold others up for long are not used, even where they pass (AV-MTU-7).
  void on_rate(DataRate rate) {
    if (!suits(current_, rate, longest_to_stay)) current_ = usual;
  }

  void on_sent(std::size_t size) {
    if (size >= current_ && full_ < worth) ++full_;
  }
  void on_acked(std::size_t size) {
    if (size > wire::base_datagram) {
      lost_large_ = 0, small_passes_ = false;
    } else if (lost_large_ > 0) {
      small_passes_ = true;
    }
  }
  void on_lost(Time now, std::size_t size) {
    if (size <= wire::base_datagram || current_ == wire::base_datagram) return;
    if (++lost_large_ >= black_hole && small_passes_) fall_back(now);
  }
  /// The probe timer has fired so many times in a row: nothing passes, or nothing large.
  void on_timeouts(Time now, unsigned in_a_row) {
    constexpr unsigned too_many = 2;
    if (in_a_row >= too_many && current_ > wire::base_datagram) fall_back(now);
  }

  void on_probe_sent() { probing_ = true, full_ = 0; }
  /// Also when it had been taken for lost.
  void on_probe_acked(std::size_t size) {
    probing_ = false;
    lost_probes_ = 0;
    full_ = worth;  // the next size may follow at once
    current_ = std::max(current_, std::min(size, limit_));
  }
  void on_probe_lost(Time now) {
    probing_ = false;
    if (++lost_probes_ < max_probes) return;
    lost_probes_ = 0;
    search_at_ = now + raise_after;
  }

 private:
  /// What networks are made for: the least of IPv6, tunnels, Ethernet by IPv6 and IPv4, what lies between,
  /// and jumbo frames by IPv6 and IPv4.
  static constexpr std::size_t sizes[] = {1280, 1380, 1420, 1452, 1472, 4096, 8952, 8972, 9000};

  /// What a datagram may take at the rate of sending, when it is longer than networks usually carry.
  static constexpr Duration longest_to_grow = 2ms, longest_to_stay = 8ms;
  static constexpr std::size_t usual = 1472;

  static bool suits(std::size_t size, DataRate rate, Duration longest) {
    return size <= usual || static_cast<std::int64_t>(size) <= (rate * longest).bytes();
  }
  std::optional<std::size_t> next_size() const {
    for (const std::size_t size : sizes) {
      if (size > current_ && size <= limit_) return size;
    }
    return limit_ > current_ ? std::optional(limit_) : std::nullopt;
  }
  void fall_back(Time now) {
    current_ = wire::base_datagram;
    lost_large_ = 0, lost_probes_ = 0, full_ = 0;
    small_passes_ = false;
    search_at_ = now + retry_after;
  }

  std::size_t current_ = wire::base_datagram, limit_ = wire::base_datagram;
  bool probing_ = false, small_passes_ = false;
  unsigned full_ = 0, lost_probes_ = 0, lost_large_ = 0;
  Time search_at_ = Time::min();
};

}  // namespace avocet::session
