#include "sim/link/stats.hpp"

#include <algorithm>

namespace avocet::link {

std::string_view to_string(DropReason reason) {
  switch (reason) {
    case DropReason::random: return "random";
    case DropReason::queue: return "queue";
    case DropReason::rate_step: return "rate-step";
    case DropReason::blackhole: return "blackhole";
    case DropReason::listed: return "listed";
    case DropReason::too_large: return "too-large";
    case DropReason::marked: return "marked";
    case DropReason::hold: return "hold";
  }
  return "unknown";
}

Count Stats::dropped() const {
  Count sum;
  for (const Count& c : dropped_by) sum += c;
  return sum;
}

Stats& Stats::operator+=(const Stats& o) {
  pushed += o.pushed;
  delivered += o.delivered;
  held += o.held;
  duplicated += o.duplicated;
  reordered += o.reordered;
  corrupted += o.corrupted;
  marked += o.marked;
  for (std::size_t i = 0; i < drop_reasons; ++i) dropped_by[i] += o.dropped_by[i];
  longest_queue = std::max(longest_queue, o.longest_queue);
  return *this;
}

}  // namespace avocet::link
