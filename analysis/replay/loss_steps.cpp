#include "analysis/replay/loss_steps.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace avocet::analysis {
namespace {

using Slots = std::span<const LossSlot>;

struct Sum {
  double sent = 0, lost = 0;
  double share() const { return lost / std::max(1.0, sent); }
  /// Logarithm of how likely such losses are at their own share.
  double likelihood() const {
    const auto part = [this](double of) { return of > 0 ? of * std::log(of / sent) : 0; };
    return part(lost) + part(sent - lost);
  }
};
Sum operator+(Sum a, const LossSlot& b) { return {a.sent + b.sent, a.lost + b.lost}; }
Sum operator-(Sum a, Sum b) { return {a.sent - b.sent, a.lost - b.lost}; }

Sum sum_of(Slots slots) {
  Sum out;
  for (const LossSlot& s : slots) out = out + s;
  return out;
}

/// Binary segmentation (Scott and Knott 1974): the best border of a span, then those of both its parts.
void divide(Slots slots, double run, std::vector<LossStep>& out) {
  constexpr double shortest = 2, chance = 12;  // s; in the logarithm: of thousands of borders, none
  const Sum all = sum_of(slots);
  double best = run * (chance + std::log(all.sent + 1));
  std::size_t border = 0;
  Sum before;
  for (std::size_t i = 1; i < slots.size(); ++i) {
    before = before + slots[i - 1];
    if (slots[i].at - slots.front().at < shortest || slots.back().at - slots[i].at < shortest) continue;
    const double gain = before.likelihood() + (all - before).likelihood() - all.likelihood();
    if (gain > best) best = gain, border = i;
  }
  if (border == 0) return out.push_back({slots.front().at, all.share()});
  divide(slots.first(border), run, out);
  divide(slots.subspan(border), run, out);
}

bool clearly_other(double a, double b) {
  const double more = std::max(a, b), less = std::min(a, b);
  return more - less >= 0.005 && more >= 2 * less;
}

}  // namespace

std::vector<LossStep> loss_steps(const std::vector<LossSlot>& slots, double run) {
  std::vector<LossStep> out;
  if (slots.empty()) return out;
  divide(slots, std::max(run, 1.0), out);
  const auto share_between = [&](double from, double until) {
    Sum sum;
    for (const LossSlot& s : slots) {
      if (s.at >= from && s.at < until) sum = sum + s;
    }
    return sum.share();
  };
  for (std::size_t i = 1; i < out.size();) {
    if (clearly_other(out[i - 1].share, out[i].share)) {
      ++i;
      continue;
    }
    const double until = i + 1 < out.size() ? out[i + 1].at : slots.back().at + 1;
    out[i - 1].share = share_between(out[i - 1].at, until);
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
    i = std::max<std::size_t>(i - 1, 1);
  }
  return out;
}

}  // namespace avocet::analysis
