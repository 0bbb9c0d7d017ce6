#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "analysis/measures/lower_hull.hpp"
#include "analysis/measures/thinned_sample.hpp"
#include "analysis/measures/timeline.hpp"
#include "protocol/base/packet_number.hpp"

namespace avocet::analysis {

/// One packet on its way past two places, each time by the clock of its place.
struct Transit {
  std::uint64_t number = 0;
  std::uint32_t size = 0;                      ///< of the IP packet
  std::optional<std::int64_t> sent, received;  ///< ns since 1970; nothing where it was not seen
};

/// What became of packets between two places of capture, in a slot of time.
struct JourneySlot {
  std::uint32_t arrived = 0, lost = 0, lost_before = 0;
  double delay_sum = 0;  ///< s, as the clocks have it, beyond Journey::base()

  void merge(const JourneySlot& o) {
    arrived += o.arrived, lost += o.lost, lost_before += o.lost_before, delay_sum += o.delay_sum;
  }
};

/// One direction of one connection, seen at two places that its packets pass one after the other.
class Journey {
 public:
  enum class Place : std::uint8_t { upstream = 0, downstream = 1 };
  using Listener = std::function<void(const Journey&, const Transit&)>;

  /// `line` is when the line of time begins and `ahead` by how much the downstream clock is ahead of the
  /// upstream one, roughly; both ns. `listener`, if any, is told of each packet that arrived or was lost.
  Journey(std::int64_t line, std::int64_t ahead, const Listener* listener)
      : line_(line), ahead_(ahead), listener_(listener) {}

  /// A packet passed, of which it was the first copy there. `from_the_start`: that capture began before the
  /// connection did.
  void passed(Place, std::int64_t at, std::uint32_t low, std::uint32_t size, bool from_the_start);
  /// Both captures are over.
  void finish();

  struct Counters {
    std::uint64_t arrived = 0;      ///< seen at both places
    std::uint64_t lost = 0;         ///< upstream only
    std::uint64_t lost_before = 0;  ///< at neither, though packets around it were
    std::uint64_t missed = 0;  ///< downstream only: the capture upstream has lost it, the network has not
  };
  const Counters& counters() const { return counters_; }

  /// Packets in a row that were lost in the same place; the first 1024 of them.
  struct Loss {
    std::uint64_t first = 0, last = 0;
    Time at{};
    bool before = false;  ///< before the upstream place
  };
  const std::vector<Loss>& losses() const { return losses_; }

  /// Delays are kept as differences of the two clocks, beyond that of the first packet; x is seconds on the
  /// line of time.
  std::int64_t base() const { return base_.value_or(0); }
  const LowerHull& hull() const { return hull_; }
  struct Delay {
    float at, delay;
  };
  const std::vector<Delay>& delays() const { return delays_.values(); }
  const Timeline<JourneySlot>& timeline() const { return timeline_; }

 private:
  struct Entry {
    std::optional<std::int64_t> sent, received;
    std::uint32_t size = 0;
    Time noted{};
  };
  struct End {
    std::optional<std::uint64_t> first;
    std::uint64_t highest = 0;
    bool covers(std::uint64_t number) const { return first && number >= *first && number <= highest; }
  };

  Time on_line(Place, std::int64_t at) const;
  void match(const Entry&, Time);
  void settle_old(Time now);
  bool decided(Time now) const;
  void settle_front();
  void lose(std::uint64_t number, Time at, bool before);

  const std::int64_t line_, ahead_;
  const Listener* listener_;
  PacketNumber next_;
  bool started_ = false;
  std::uint64_t begin_ = 0;  // number of the first entry
  std::deque<Entry> entries_;
  End ends_[2];
  Counters counters_;
  std::vector<Loss> losses_;
  std::optional<std::int64_t> base_;
  LowerHull hull_;
  ThinnedSample<Delay, 2048> delays_;
  Timeline<JourneySlot> timeline_;
};

}  // namespace avocet::analysis
