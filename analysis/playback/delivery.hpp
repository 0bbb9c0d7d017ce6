#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/playback/passed_packets.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::analysis {

/// What became of packets behind the place of the capture, as the receiver's acknowledgements tell it: lost
/// on the rest of their way, or received although the capture does not have them.
class Delivery {
 public:
  /// `most_open` packets wait for the acknowledgement that names them; the oldest of more are lost.
  explicit Delivery(std::size_t most_open) : most_open_(most_open) {}

  /// An acknowledgement. `told` - 1 is the largest number before it, `passed` what went by here.
  /// Returns when those passed that are now taken as lost; good until the next call.
  std::span<const Time> acknowledged(Time now, const wire::Ack&, std::uint64_t told,
                                     const PassedPackets& passed);
  /// The capture is over: what was not acknowledged beside others that were is lost.
  void finish();

  std::uint64_t acknowledged() const { return acknowledged_; }
  std::uint64_t lost() const { return lost_; }
  std::uint64_t lost_runs() const { return runs_; }
  /// Missing here, and received all the same: it was the capture that lost them.
  std::uint64_t not_captured() const { return not_captured_; }
  /// Missing here, and no acknowledgement seen here says whether they were received.
  std::uint64_t untold() const { return untold_; }

  /// UDP payload of the largest packet that arrived, and how many larger ones were lost.
  std::size_t largest_arrived() const { return largest_arrived_; }
  std::uint64_t lost_above_largest() const;
  /// The first of the largest packets that were lost.
  struct Lost {
    std::size_t size = 0;
    std::uint64_t number = 0;
    Time at{};
  };
  const Lost& largest_lost() const { return largest_lost_; }

  /// Most packets lost in a row.
  struct Run {
    std::uint64_t first = 0, count = 0;
    Time at;  ///< when the first of them passed
  };
  const Run& longest_run() const { return longest_; }

 private:
  struct Open {
    std::uint64_t number;
    PassedPackets::Passed passed;
  };
  /// Classes of sizes, of which a path carries either all or none.
  static constexpr std::size_t class_width = 16, classes = 9216 / class_width;

  void settle(const Open&);
  void settle_old(Time now);
  void arrived(std::size_t size);

  std::size_t most_open_;
  std::vector<Open> open_;  // ascending; not acknowledged, but may still be
  std::uint64_t acknowledged_ = 0, lost_ = 0, runs_ = 0, not_captured_ = 0, untold_ = 0;
  std::size_t largest_arrived_ = 0;
  std::array<std::uint16_t, classes> lost_sizes_{};
  Lost largest_lost_;
  Run run_, longest_;
  std::vector<Time> newly_lost_;
};

}  // namespace avocet::analysis
