#pragma once

#include <array>
#include <cstdint>

#include "protocol/base/time.hpp"
#include "protocol/rate/relative_delay.hpp"
#include "protocol/rate/windowed_min.hpp"

namespace avocet::rate {

/// The standing queue of a path, from one-way delays by two clocks of unknown offset. Delays are averaged
/// over blocks of 50 ms and four packets; the base is the smallest average of the last 10 s, so that jitter
/// biases both alike and clocks may drift. A sudden rise is seen sooner, in the least of the last three
/// packets.
class DelayEstimator {
 public:
  /// Length of a block, at least.
  static constexpr Duration block = 50ms;

  /// Packets in the order in which they were sent. `calm`: no deliberate burst of ours lengthened the queue
  /// for it.
  void on_packet(Time now, Time sent, std::int64_t arrival_us, bool calm);

  /// Average of the last block above the base.
  Duration queue() const { return queue_; }
  /// Least delay of the last three packets above the base.
  Duration floor() const { return floor_; }
  /// The path is slower than just before: three packets came more than `limit` late, two by a tenth more, or
  /// one by four tenths more; `own` is allowed for a burst of ours.
  bool risen(Duration limit, Duration own) const;
  /// The last packet's delay above the base.
  Duration last() const { return last_; }
  /// How far jitter moves a packet, and how far it moves the average of a block.
  Duration noise() const { return std::max(packet_noise_, 2 * block_noise()); }
  Duration block_noise() const { return off_line_ / 2; }
  /// The queue now is the empty path from here on: its base had changed.
  void rebase();
  /// This much delay more than the base is no queue: a slower path takes longer for the packet itself.
  void allow(Duration longer) { allowance_ = longer; }
  /// While held, the base does not rise: it may not have been seen for long.
  void hold(bool held) { held_ = held; }
  /// Counts blocks, so that a new one is noticed.
  std::uint64_t blocks() const { return blocks_; }
  /// The delay itself, of which only differences mean something.
  Duration delay_of(Time sent, std::int64_t arrival_us) const { return delays_.of(sent, arrival_us); }

 private:
  void close_block(Time now);
  void reset();

  RelativeDelay delays_;
  bool held_ = false;
  WindowedMin<Duration, 10> base_{1s, Duration::max()};
  std::array<Duration, 3> recent_{};
  std::size_t seen_ = 0;
  Duration queue_{}, floor_{}, last_{}, packet_noise_{}, off_line_{};
  Duration allowance_{};
  Duration bias_{};  // of the smallest average below the mean of an empty path
  Duration sum_{}, previous_{}, deviation_{};
  Time last_block_{};
  Duration last_average_{}, average_before_{};
  int count_ = 0;
  std::int64_t block_began_us_ = 0;
  std::uint64_t blocks_ = 0;
};

}  // namespace avocet::rate
