#include "sim/link/schedule.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace avocet::link {

Schedule::Schedule(std::vector<RateStep> steps) : steps_(std::move(steps)) {
  assert(std::ranges::is_sorted(steps_, {}, &RateStep::at));
}

DataRate Schedule::at(Duration time) const {
  const auto next = std::ranges::upper_bound(steps_, time, {}, &RateStep::at);
  return next == steps_.begin() ? DataRate::infinite() : std::prev(next)->rate;
}

Duration Schedule::next_step(Duration time) const {
  const auto next = std::ranges::upper_bound(steps_, time, {}, &RateStep::at);
  return next == steps_.end() ? Duration::max() : next->at;
}

Duration Schedule::finish(Duration from, DataSize size) const {
  // What is left, in bits times 1e9, so that `rate * nanoseconds` is in the same unit and nothing is rounded
  // on the way. The largest datagram is 5e5 bits, which makes 5e14: far from overflow.
  __extension__ using Wide = __int128;
  Wide left = Wide{size.bits()} * 1'000'000'000;
  for (;;) {
    const DataRate rate = at(from);
    if (rate.is_infinite()) return from;
    const Duration step = next_step(from);
    if (rate.bps() > 0) {
      const Wide needed = (left + rate.bps() - 1) / rate.bps();
      if (step == Duration::max() || needed <= (step - from).count()) {
        return from + Duration(static_cast<std::int64_t>(needed));
      }
      left -= Wide{rate.bps()} * (step - from).count();
    }
    if (step == Duration::max()) return step;
    from = step;
  }
}

}  // namespace avocet::link
