#include "protocol/media/repair_plan.hpp"

#include <algorithm>
#include <cmath>

namespace avocet::media {
namespace {

/// Steps through the binomial distribution: P(exactly `lost` of `sent` are lost) for lost = 0, 1, 2...
class LossDistribution {
 public:
  LossDistribution(unsigned sent, double loss)
      : sent_(sent), odds_(loss / (1 - loss)), chance_(std::pow(1 - loss, sent)) {}

  unsigned lost() const { return lost_; }
  double chance() const { return chance_; }
  void step() {
    chance_ *= odds_ * (sent_ - lost_) / (lost_ + 1);
    ++lost_;
  }

 private:
  unsigned sent_, lost_ = 0;
  double odds_, chance_;
};

}  // namespace

double chance_of_shortage(unsigned needed, unsigned sent, double loss) {
  if (needed > sent) return 1;
  double enough = 0;
  LossDistribution d(sent, loss);
  for (; d.lost() <= sent - needed; d.step()) enough += d.chance();
  return std::max(0.0, 1 - enough);
}

void RepairPlan::set_loss(double loss) {
  loss = std::clamp(loss, 0.0, 0.5);
  // What was worked out holds for about the same rate; the estimate moves with every acknowledgement.
  if (std::abs(loss - loss_) <= 0.1 * loss_) return;
  loss_ = loss;
  if (!known_) known_ = std::make_unique_for_overwrite<Known>();
  known_->alone.fill(unknown), known_->before_repeat.fill(unknown), known_->copies.fill(unknown);
}

unsigned RepairPlan::rows_alone(unsigned count) {
  if (loss_ <= 0) return 0;
  std::uint8_t& known = known_->alone[count];
  if (known != unknown) return known;
  unsigned rows = 0;
  while (rows < max_rows && count + rows < 254 && chance_of_shortage(count, count + rows, loss_) > residual)
    ++rows;
  return known = static_cast<std::uint8_t>(rows);
}

unsigned RepairPlan::rows_before_repeat(unsigned count) {
  if (loss_ <= 0) return 0;
  std::uint8_t& known = known_->before_repeat[count];
  if (known != unknown) return known;
  unsigned best = 0;
  double least = 1e9;
  for (unsigned rows = 0; rows <= max_rows / 2 && count + rows < 254; ++rows) {
    double cost = rows;
    LossDistribution d(count + rows, loss_);
    for (double left = 1; d.lost() <= count + rows && left > 1e-6; d.step()) {
      left -= d.chance();
      if (d.lost() > rows) cost += d.chance() * copies(d.lost() - rows);
    }
    if (cost >= least) break;
    least = cost, best = rows;
  }
  return known = static_cast<std::uint8_t>(best);
}

unsigned RepairPlan::copies(unsigned needed) {
  if (loss_ <= 0 || needed == 0) return needed;
  const auto search = [&] {
    unsigned sent = needed;
    while (sent < needed + 16 && chance_of_shortage(needed, sent, loss_) > residual_of_repair) ++sent;
    return sent;
  };
  if (needed >= known_->copies.size()) return search();
  std::uint8_t& known = known_->copies[needed];
  if (known == unknown) known = static_cast<std::uint8_t>(search());
  return known;
}

}  // namespace avocet::media
