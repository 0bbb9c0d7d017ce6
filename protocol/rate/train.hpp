#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::rate {

/// A short run of packets sent faster than the rate, to learn from how it arrives what the path could carry.
class Train {
 public:
  static constexpr std::size_t max_packets = 512;
  static constexpr std::size_t max_points = 64;  // remembered of them

  enum class State : std::uint8_t { idle, sending, flying };
  State state() const { return state_; }

  void begin(Time now, DataRate rate, DataSize size);
  /// Every packet that leaves. True when it belongs to the train.
  bool on_sent(Time now, PacketNumber, std::size_t size);
  void on_arrival(PacketNumber, Time sent, Duration delay);
  void on_lost(PacketNumber);
  void abandon() { state_ = State::idle; }

  struct Outcome {
    DataRate sent;     ///< how fast it left
    DataRate carried;  ///< how fast the path would have carried it on: at most `sent`
    double slope = 0;  ///< seconds of delay per second of sending
    Duration span;     ///< of sending
    double doubt = 0;  ///< standard error of the slope
    DataRate arrived;  ///< what came through, losses taken off
    int packets = 0, lost = 0;
  };
  /// All results are in, or no more are to be expected: what the train showed, once. Nothing also when too
  /// little came to tell (the train is then over).
  std::optional<Outcome> take_outcome(Time now, Duration round_trip);
  /// Packets sent from here until the end were lengthened by the train.
  Time began() const { return began_; }
  Time ended() const { return ended_; }

 private:
  struct Point {
    Time sent;
    Duration delay;
  };

  State state_ = State::idle;
  DataRate rate_;
  DataSize left_;
  Time began_{}, first_{}, last_{}, ended_{};
  PacketNumber begin_, end_;  // [begin, end)
  std::int64_t bytes_ = 0;    // all but the first packet's
  std::size_t results_ = 0, lost_ = 0;
  std::size_t stride_ = 1;     // every so many-th packet becomes a point
  std::vector<Point> points_;  // arrivals; room for max_points from the first train on
};

}  // namespace avocet::rate
