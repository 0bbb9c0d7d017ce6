#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::rate {

/// What became of one packet in flight.
struct PacketResult {
  PacketNumber number;
  std::size_t size = 0;                 ///< UDP payload
  Time sent;                            ///< our clock
  std::optional<std::int64_t> arrival;  ///< us of the receiver's clock, any origin; when it was reported
  bool lost = false;
  bool probe = false;        ///< part of a train that take_probe() asked for
  bool app_limited = false;  ///< nothing else was waiting to be sent after it
  bool spurious = false;     ///< acknowledged after on_result had called it lost
};

/// What is known after the results of one acknowledgement, or of one loss timer, were told.
struct Feedback {
  Time now;
  Duration latest_rtt{}, smoothed_rtt{}, min_rtt{};  ///< zero while unknown
  std::size_t bytes_in_flight = 0;                   ///< after these results
  std::uint64_t newly_marked = 0;  ///< packets that the peer saw marked ECN-CE since the last
};

/// A wish for a short train of packets, faster than the target: queued media sent ahead, parity or padding.
struct Probe {
  DataRate rate;
  DataSize size;
};

struct ControllerConfig {
  DataRate initial = DataRate::mbps(1);
  DataRate least = DataRate::kbps(50);  ///< never asks for less
  DataRate most = DataRate::mbps(1000);
  DataSize overhead = DataSize::bytes(28);  ///< of IP and UDP, per packet, which the path carries too
  double weight = 1;                        ///< share relative to other flows of this kind
};

/// Decides how fast one direction of one path may be used. Several exist behind this interface. Per
/// acknowledgement the session calls on_result for each packet that ended, and then on_feedback once. All
/// rates and sizes count UDP payload.
class Controller {
 public:
  virtual ~Controller() = default;

  /// A packet in flight left. `more`: others wait behind it (the source is not the limit).
  virtual void on_sent(Time now, PacketNumber, std::size_t size, bool more) = 0;
  virtual void on_result(const PacketResult&) = 0;
  virtual void on_feedback(const Feedback&) = 0;

  /// When on_timer or take_probe wants to be called, even if nothing happens.
  virtual std::optional<Time> timer() const = 0;
  /// Silence is information too: without any feedback the rate must fall.
  virtual void on_timer(Time now) = 0;

  /// A train to send now, at most one per call, at most 25 % extra on average. Its packets are reported as
  /// `probe`.
  virtual std::optional<Probe> take_probe(Time now) = 0;

  /// Share relative to other flows of this kind; 1 is normal.
  virtual void set_weight(double weight) = 0;
  /// No more than this will ever be needed (an encoder's or library's largest rate): no probing above it.
  virtual void set_ceiling(DataRate ceiling) = 0;

  /// What media, repair included, may use on average.
  virtual DataRate target_rate() const = 0;
  /// What the pacer is to run at; below the target while a standing queue is drained.
  virtual DataRate pacing_rate() const = 0;
  /// How much the path takes at once without a queue to speak of; zero while unknown.
  virtual DataSize run_length() const = 0;
  /// Most bytes in flight.
  virtual DataSize window() const = 0;
  /// Estimated standing queue on the way to the peer.
  virtual Duration queue_delay() const = 0;
  /// Recent share of packets lost, 0..1.
  virtual double loss_rate() const = 0;
};

/// The default: delay and loss based (delay_loss.hpp).
std::unique_ptr<Controller> make_controller(const ControllerConfig&, Time now);

}  // namespace avocet::rate
