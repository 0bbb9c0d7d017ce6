#pragma once

#include <cstddef>
#include <optional>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::rate {

/// How much may leave at once. A long run of datagrams costs its sender a fraction of what single ones do,
/// but queues in front of the slowest link. So runs grow while the last packet of each arrives hardly later
/// than the first, and shrink when it does not, or when one is lost: the path itself tells how much of a run
/// it takes in its stride.
class RunLength {
 public:
  /// Datagrams that fit one segmented write: 64 KB.
  static constexpr DataSize most = DataSize::bytes(54 * 1200);

  /// A packet arrived; in the order of sending. `late`: how much longer it took than on an empty path.
  void on_arrival(Time sent, std::size_t size, Duration late);
  void on_lost() { allowed_ = allowed_ * 0.5; }
  /// Zero until something is known.
  DataSize allowed() const { return allowed_; }

 private:
  void close_run();

  DataSize allowed_;
  Time alone_until_{};
  // the run at hand: packets that left at one instant
  std::optional<Time> sent_;
  DataSize size_;
  int packets_ = 0;
  Duration first_{}, last_{};
};

}  // namespace avocet::rate
