#include "analysis/playback/delivery.hpp"

#include <algorithm>

namespace avocet::analysis {
namespace {

/// Whether an acknowledgement names a packet; asked in descending order.
class Named {
 public:
  explicit Named(const wire::Ack& ack)
      : ack_(ack), high_(ack.largest.value), low_(ack.largest.value - ack.first_run), lowest_(low_) {
    for (const wire::AckRange& range : ack.ranges) lowest_ -= range.gap + range.length + 2;
  }

  /// Receivers stop telling of packets when they know that the sender was told.
  bool tells_of(std::uint64_t number) const { return number >= lowest_; }
  bool operator()(std::uint64_t number) {
    while (number < low_ && next_ < ack_.ranges.size()) {
      const wire::AckRange& range = ack_.ranges[next_++];
      high_ = low_ - range.gap - 2;
      low_ = high_ - range.length;
    }
    return low_ <= number && number <= high_;
  }

 private:
  const wire::Ack& ack_;
  std::uint64_t high_, low_, lowest_;
  std::size_t next_ = 0;
};

}  // namespace

std::span<const Time> Delivery::acknowledged(Time now, const wire::Ack& ack, std::uint64_t told,
                                             const PassedPackets& passed) {
  constexpr std::uint64_t most = 2048;  // as many as are known to have passed
  const std::uint64_t end = ack.largest.value + 1, begin = std::max(told, end - std::min(end, most));
  Named named(ack);
  std::vector<Open> fresh;
  for (std::uint64_t number = end; number-- > begin;) {
    const auto here = passed.find(number);
    if (!named.tells_of(number)) {
      untold_ += passed.missing(number);
    } else if (!named(number)) {
      if (here) fresh.push_back({number, *here});
    } else if (here) {
      arrived(here->size);
    } else {
      not_captured_ += passed.missing(number);
    }
  }
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (!named(open_[i].number)) continue;
    arrived(open_[i].passed.size);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  open_.insert(open_.end(), fresh.rbegin(), fresh.rend());
  settle_old(now);
  return newly_lost_;
}

void Delivery::arrived(std::size_t size) {
  ++acknowledged_;
  largest_arrived_ = std::max(largest_arrived_, size);
}

/// What was overtaken is acknowledged within a moment.
void Delivery::settle_old(Time now) {
  constexpr Duration moment = 3s;
  std::size_t old = 0;
  newly_lost_.clear();
  while (old < open_.size() && (now - open_[old].passed.at > moment || open_.size() - old > most_open_)) {
    newly_lost_.push_back(open_[old].passed.at);
    settle(open_[old++]);
  }
  open_.erase(open_.begin(), open_.begin() + static_cast<std::ptrdiff_t>(old));
}

void Delivery::settle(const Open& lost) {
  ++lost_;
  ++lost_sizes_[std::min(lost.passed.size / class_width, classes - 1)];
  if (lost.passed.size > largest_lost_.size) largest_lost_ = {lost.passed.size, lost.number, lost.passed.at};
  if (run_.count > 0 && lost.number == run_.first + run_.count) {
    ++run_.count;
  } else {
    ++runs_;
    run_ = {lost.number, 1, lost.passed.at};
  }
  if (run_.count > longest_.count) longest_ = run_;
}

void Delivery::finish() {
  for (const Open& lost : open_) settle(lost);
  std::vector<Open>().swap(open_);
  std::vector<Time>().swap(newly_lost_);
}

std::uint64_t Delivery::lost_above_largest() const {
  std::uint64_t sum = 0;
  for (std::size_t i = largest_arrived_ / class_width + 1; i < classes; ++i) sum += lost_sizes_[i];
  return sum;
}

}  // namespace avocet::analysis
