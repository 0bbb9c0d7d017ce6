#include "analysis/replay/recovered_loss.hpp"

#include <algorithm>

namespace avocet::analysis {
namespace {

/// Spans of at least a third of a second and eight packets of which none arrived.
std::vector<RecoveredPath::Outage> outages_of(const std::vector<Passage>& all) {
  constexpr std::size_t fewest = 8;
  constexpr double shortest = 0.3;
  std::vector<RecoveredPath::Outage> out;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    while (end < all.size() && !all[end].arrived) ++end;
    const bool between = i > 0 && end < all.size();
    if (between && end - i >= fewest && all[end].sent - all[i].sent >= shortest)
      out.push_back({all[i].sent, all[end].sent});
    i = end + 1;
  }
  return out;
}

}  // namespace

void recover_loss(const std::vector<Passage>& all, const std::vector<double>& waits, RecoveredPath& out) {
  out.outages = outages_of(all);
  const auto in_outage = [&](const Passage& p) {
    return std::ranges::any_of(out.outages,
                               [&](const auto& o) { return p.sent >= o.from && p.sent < o.until; });
  };
  std::vector<double> of_lost;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].arrived && !in_outage(all[i])) of_lost.push_back(waits[i]);
  }
  // A queue overflows where waiting is longest: half of the losses at more than two thirds of the maximum are
  // no chance.
  constexpr double long_wait = 0.05;
  std::ranges::sort(of_lost);
  const double middle = of_lost.empty() ? 0 : of_lost[of_lost.size() / 2];
  const bool overflow = middle > long_wait && middle > out.longest_wait * 2 / 3;
  if (overflow) out.queue = middle;

  constexpr double width = 0.2;  // s
  std::vector<LossSlot> slots;
  double lost = 0, sent = 0, runs = 0;
  bool before = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (in_outage(all[i])) continue;
    ++sent;
    const bool by_queue = overflow && waits[i] > out.queue / 2;
    const bool here = !all[i].arrived && !by_queue;
    if (slots.empty() || all[i].sent >= slots.back().at + width) slots.push_back({.at = all[i].sent});
    ++slots.back().sent;
    slots.back().lost += here;
    lost += here;
    runs += here && !before;
    before = here;
  }
  if (lost <= 0) return;
  out.loss = lost / sent, out.loss_run = lost / runs;
  out.losses = loss_steps(slots, out.loss_run);
}

}  // namespace avocet::analysis
