#pragma once

#include <functional>
#include <map>
#include <random>
#include <vector>

#include "protocol/media/media_sender.hpp"
#include "protocol/media/reassembler.hpp"

namespace avocet::media::testing {

inline constexpr Time origin{1s};

inline SharedBytes random_payload(std::mt19937_64& random, std::size_t size) {
  auto bytes = std::make_shared<Bytes>(size);
  for (std::byte& b : *bytes) b = static_cast<std::byte>(random());
  return bytes;
}

struct Bad {
  Duration delay = 20ms;  ///< one way
  double loss = 0;
  double duplicate = 0;
  Duration jitter{};             ///< delays each packet by up to this: reorders
  Duration gap = 500us;          ///< between two packets
  Duration noticed_after = 8ms;  ///< what it takes to tell loss from reordering, beyond a round trip
  bool parity_reports = true;
};

/// A sender and a reassembler with a bad network between them, in virtual time. Acknowledgements are not
/// lost; a packet holds one frame.
class Transfer {
 public:
  Transfer(const Bad& bad, std::uint64_t seed, MediaSender::Config config = {})
      : bad_(bad), random_(seed), sender({config}), receiver(Reassembler::Config{}) {
    sender.set_path({2 * bad.delay, bad.jitter / 2, bad.loss});
  }

  std::mt19937_64& random() { return random_; }
  Time now() const { return now_; }
  void at(Time t, std::function<void()> action) { events_.emplace(t, std::move(action)); }

  /// Runs until nothing is to happen any more, or `end`.
  void run(Time end = Time::max()) {
    for (;;) {
      Time next = events_.empty() ? Time::max() : events_.begin()->first;
      const bool wants = sender.wants_to_send(now_);
      if (wants) {
        next = std::min(next, std::max(now_, free_at_));
      } else if (const auto wake = sender.wake()) {
        next = std::min(next, std::max(*wake, now_ + 1us));
      }
      if (next == Time::max() || next > end) break;
      now_ = std::max(now_, next);
      while (!events_.empty() && events_.begin()->first <= now_) {
        auto node = events_.extract(events_.begin());
        node.mapped()();
      }
      if (now_ >= free_at_) transmit();
    }
    if (end != Time::max()) now_ = std::max(now_, end);
  }

  std::vector<Completed> received;
  std::vector<Time> received_at;
  std::uint64_t packets = 0, lost = 0;

 private:
  void transmit() {
    Bytes room(wire::base_datagram - wire::sealed_overhead);
    wire::Writer packet(room);
    Sent sent;
    if (!sender.write_next(now_, packet, sent)) return;
    ++packets;
    free_at_ = now_ + bad_.gap;
    const ByteView written = packet.written();
    Bytes bytes(written.begin(), written.end());
    if (chance(bad_.loss)) {
      ++lost;
      at(now_ + 2 * bad_.delay + bad_.noticed_after, [this, sent] { report(sent, false); });
      return;
    }
    const Time arrives = now_ + bad_.delay + some(bad_.jitter);
    at(arrives, [this, bytes] { arrive(bytes); });
    at(arrives + bad_.delay, [this, sent] { report(sent, true); });
    if (chance(bad_.duplicate)) at(arrives + some(10ms), [this, bytes] { arrive(bytes); });
  }
  void report(const Sent& sent, bool acked) {
    if (sent.parity) {
      if (!bad_.parity_reports) return;
      if (acked) sender.on_parity_acked(sent.track, sent.fragment, sent.row);
      if (!acked) sender.on_parity_lost(now_, sent.track, sent.fragment, sent.row);
    } else {
      if (acked) sender.on_acked(sent.track, sent.fragment);
      if (!acked) sender.on_lost(now_, sent.track, sent.fragment);
    }
  }
  void arrive(const Bytes& bytes) {
    const auto error = wire::read_all<wire::Frames>(bytes, [&]<class F>(const F& frame) {
      if constexpr (std::is_same_v<F, wire::Media>) receiver.on_media(now_, frame);
      if constexpr (std::is_same_v<F, wire::Parity>) receiver.on_parity(now_, frame);
    });
    if (error.fault != wire::Fault::none) std::abort();
    while (auto completed = receiver.next())
      received.push_back(std::move(*completed)), received_at.push_back(now_);
  }
  bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
  Duration some(Duration most) {
    return Duration(std::uniform_int_distribution<std::int64_t>(0, most.count())(random_));
  }

  Bad bad_;
  std::mt19937_64 random_;
  Time now_ = origin, free_at_ = origin;
  std::multimap<Time, std::function<void()>> events_;

 public:
  MediaSender sender;
  Reassembler receiver;
};

}  // namespace avocet::media::testing
