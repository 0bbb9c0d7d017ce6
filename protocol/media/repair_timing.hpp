#pragma once

#include "protocol/media/media_sender.hpp"

/// What the sender assumes about the way to the peer when it chooses between repairs.
namespace avocet::media {

/// Parity sent along may add this much to the media on average.
inline constexpr double parity_share = 0.10;
/// Copies in a last repair beyond those that are missing may add this much.
inline constexpr double repeat_share = 0.05;
/// Rows that may be saved up while less was needed.
inline constexpr double most_saved = 16;
/// Of a key frame's run, this much may be parity whatever was saved: everything up to the next one depends on
/// it.
inline constexpr double key_parity_share = 0.25;
/// A frame of at most so many fragments may share a run with others. (A receiver must keep what came of
/// them.)
inline constexpr unsigned most_shared = 32;
/// Larger runs gain little, and rebuilding one costs in proportion.
inline constexpr unsigned max_run = 128;
/// What the parity rows of a run take to leave.
inline constexpr Duration sending_takes = 10ms;
/// Between two copies of the same: further apart than most bursts of loss.
inline constexpr Duration duplicate_after = 8ms;
inline constexpr Duration repeats_apart = 4ms;
/// How long a loss makes tracks send everything twice.
inline constexpr Duration loss_remembered = 2s;

/// Of the time until a deadline, what the way to the peer takes. The quickest packets take none of it, since
/// receivers set their clocks by them (AV-PLY-6).
inline Duration lag(const Path& path) { return path.lag.value_or(path.rtt / 2); }

/// From sending something to sending it again after its loss was noticed: a round trip, its variation, and
/// the few packets or milliseconds that tell loss from reordering.
inline Duration repeat_takes(const Path& path) { return path.rtt + 2 * path.variation + 5ms; }

/// How many times something sent at `now` can be repeated upon notice and still arrive by `deadline`; at most
/// 8, and -1 when not even what is sent now arrives.
inline int repeats_left(const Path& path, Time now, Time deadline) {
  const Duration left = deadline - now - lag(path);
  if (left < Duration::zero()) return -1;
  return static_cast<int>(std::min<std::int64_t>(left / repeat_takes(path), 8));
}

}  // namespace avocet::media
