#pragma once

#include <cstddef>

namespace avocet::rate {

/// Shares of packets lost: recently, while the path had no queue (what the medium loses by itself), and in
/// trains.
class LossEstimator {
 public:
  void on_packet(bool lost, bool calm, bool in_train) {
    const double x = lost ? 1 : 0;
    recent_ += (x - recent_) / 64;
    if (in_train) train_ += (x - train_) / 48;
    // The first packets count fully, so that a lossy path is known early.
    if (calm && !in_train) medium_ += (x - medium_) / static_cast<double>(packets_ < 256 ? ++packets_ : 256);
  }
  /// A packet called lost came after all.
  void on_spurious() { recent_ = recent_ > 1.0 / 64 ? recent_ - 1.0 / 64 : 0; }

  double recent() const { return recent_; }
  double medium() const { return medium_; }
  double train() const { return train_; }

 private:
  double recent_ = 0, medium_ = 0, train_ = 0;
  std::size_t packets_ = 16;
};

}  // namespace avocet::rate
