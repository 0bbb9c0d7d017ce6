#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/rate/controller.hpp"
#include "protocol/rate/pacer.hpp"
#include "protocol/recovery/ack_tracker.hpp"
#include "protocol/recovery/sent_packets.hpp"
#include "sim/link/link.hpp"
#include "sim/link/random.hpp"
#include "sim/link/schedule.hpp"

/// A path in virtual time: senders under a rate controller share one bottleneck, with real acknowledgements
/// and loss detection, beside TCP and constant-rate traffic.
namespace avocet::rate {

/// What a sender has to send.
struct Source {
  enum class Kind : std::uint8_t { greedy, live, segments };
  Kind kind = Kind::greedy;
  DataRate least,
      most;  ///< live: an encoder that follows the target between these; segments: most is the rate
  double variation = 0;                                   ///< of the sizes of live frames, standard deviation
  Duration interval = std::chrono::microseconds(33'333);  ///< between frames

  static Source greedy() { return {}; }
  static Source live(DataRate least, DataRate most) { return {Kind::live, least, most, 0.1}; }
  /// Half a second of video at once.
  static Source segments(DataRate rate) { return {Kind::segments, rate, rate, 0, 500ms}; }
};

struct FlowConfig {
  Source source;
  Duration start{}, stop = 1h;
  Duration nearer{};  ///< one-way delay before the bottleneck
  DataRate initial = DataRate::kbps(300);
  double weight = 1;
};

/// Bytes on the wire and waits at the bottleneck, of what arrived.
struct Received {
  std::vector<double> bits;  ///< per 200 ms from the start of the path, IP and UDP headers included
  std::vector<std::pair<Time, Duration>> waits;
  void add(Time at, std::size_t size, Duration queued);
};
constexpr Duration grain = 200ms;

class Flow;
class Tcp;
class Constant;
struct Label;

class Path {
 public:
  Path(link::LinkConfig there, link::LinkConfig back, std::uint64_t seed);
  ~Path();

  /// The number of the flow, from 0.
  std::size_t add(const FlowConfig&);
  /// A long TCP connection (NewReno with selective acknowledgements).
  std::size_t add_tcp(Duration start);
  /// Datagrams at a rate that nothing changes but time.
  std::size_t add_constant(std::vector<link::RateStep>);
  void run(Duration until);

  const Received& received(std::size_t flow) const { return received_[flow]; }
  const Controller& controller(std::size_t flow) const;
  const recovery::SentPackets& packets(std::size_t flow) const;
  /// Called about every 100 ms.
  std::function<void(Time)> watch;

  // Metrics over [from, to) of the path's time.
  DataRate mean_rate(std::size_t flow, Duration from, Duration to) const;
  /// Wire bits over the integral of min(capacity, most).
  double utilisation(std::size_t flow, Duration from, Duration to,
                     DataRate most = DataRate::infinite()) const;
  Duration wait_percentile(std::size_t flow, double share, Duration from, Duration to) const;
  /// From `step` until the rate reaches `goal` and is no lower on average over a second.
  Duration time_to(std::size_t flow, DataRate goal, Duration step) const;
  const link::Link& bottleneck() const { return there_; }

 private:
  friend class Flow;
  friend class Tcp;
  friend class Constant;
  void push(Time now, const Label&, std::size_t size);

  link::Link there_;
  link::LinkConfig back_;
  std::uint64_t seed_;
  Time now_{};
  std::vector<std::unique_ptr<Flow>> flows_;  // null for a TCP
  std::vector<std::unique_ptr<Tcp>> tcps_;    // null for a flow
  std::vector<std::unique_ptr<Constant>> constants_;
  std::vector<Received> received_;
};

}  // namespace avocet::rate
