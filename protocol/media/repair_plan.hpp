#pragma once

#include <array>
#include <cstdint>
#include <memory>

namespace avocet::media {

/// How much redundancy a measured loss rate asks for. Losses are taken as independent: measured at the
/// spacing of paced packets they nearly are, and bursts are what the loss rate's own margin is for.
class RepairPlan {
 public:
  /// Chance that a frame's run stays incomplete for good which is acceptable.
  static constexpr double residual = 1e-4;
  /// The same for one last repair. Such a repair is needed for a fraction of the runs only (typically a
  /// fifth), so that 5e-4 each stays below `residual` over all.
  static constexpr double residual_of_repair = 5e-4;
  static constexpr unsigned max_rows = 32;

  void set_loss(double loss);
  double loss() const { return loss_; }

  /// Parity rows to send along with a run of `count` when nothing can be repeated in time.
  unsigned rows_alone(unsigned count);
  /// Parity rows to send along with a run of `count` when one repeat will fit: what makes rows and repeats
  /// together cheapest. A row answers the most frequent losses without a repeat; each further row answers
  /// rarer ones.
  unsigned rows_before_repeat(unsigned count);
  /// Packets to send so that `needed` of them arrive, but for residual_of_repair.
  unsigned copies(unsigned needed);

 private:
  static constexpr std::uint8_t unknown = 0xff;
  /// What was worked out for the loss rate; it comes with the first loss.
  struct Known {
    std::array<std::uint8_t, 256> alone, before_repeat;
    std::array<std::uint8_t, 64> copies;
  };

  double loss_ = 0;
  std::unique_ptr<Known> known_;
};

/// Probability that fewer than `needed` of `sent` packets arrive.
double chance_of_shortage(unsigned needed, unsigned sent, double loss);

}  // namespace avocet::media
