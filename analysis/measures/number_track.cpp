#include "analysis/measures/number_track.hpp"

#include <algorithm>

namespace avocet::analysis {
namespace {

const NumberTrack::Gap& longer(const NumberTrack::Gap& a, const NumberTrack::Gap& b) {
  return b.end - b.begin > a.end - a.begin ? b : a;
}

}  // namespace

void NumberTrack::begin_at_zero() { started_ = true; }

bool NumberTrack::plausible(std::uint32_t low) const {
  if (!started_) return true;
  const std::uint64_t number = expand(low, next_).value;
  return number < next_.value + plausible_jump && number + plausible_jump > next_.value;
}

NumberTrack::Seen NumberTrack::see(Time now, std::uint32_t low) {
  if (!started_) {
    started_ = true;
    next_ = first_ = {low};
  }
  const PacketNumber number = expand(low, next_);
  if (!plausible(low)) return stray(now, number);
  if (number.value >= next_.value + far && !confirms(number)) {
    far_ahead_ = number.value, far_ahead_at_ = now;
    return stray(now, number);
  }
  if (number >= next_) {
    const std::uint64_t skipped = number.value - next_.value;
    if (skipped > 0) open_gap(next_.value, number.value, now);
    next_ = {number.value + 1};
    ++received_;
    return {.number = number, .skipped = skipped};
  }
  if (number < first_) {  // the capture began just after it was overtaken
    first_ = number;
    return ++received_, ++overtaken_, Seen{number, Kind::overtaken, 0, now, next_.value - 1 - number.value};
  }
  const auto gap = std::ranges::upper_bound(gaps_, number.value, {}, &Gap::end);
  if (gap == gaps_.end() || number.value < gap->begin) {
    return ++duplicates_, Seen{number, Kind::duplicate};
  }
  const Seen seen{.number = number,
                  .kind = Kind::overtaken,
                  .missed_at = gap->at,
                  .overtaken_by = next_.value - 1 - number.value};
  const Gap before{gap->begin, number.value, gap->at}, after{number.value + 1, gap->end, gap->at};
  const auto at = gaps_.erase(gap);
  const auto upper = after.begin < after.end ? gaps_.insert(at, after) : at;
  if (before.begin < before.end) gaps_.insert(upper, before);
  --lost_;
  ++received_, ++overtaken_;
  if (seen.overtaken_by > largest_extent_) {
    largest_extent_ = seen.overtaken_by;
    worst_ = {number.value, number.value + 1, now};
  }
  return seen;
}

NumberTrack::Seen NumberTrack::stray(Time now, PacketNumber number) {
  if (strays_++ == 0) first_stray_ = {number.value, number.value + 1, now};
  return {number, Kind::stray};
}

/// Whether it follows one that was taken for a stray: then both are the sender's.
bool NumberTrack::confirms(PacketNumber number) {
  constexpr std::uint64_t close = 64;
  if (!far_ahead_ || number.value <= *far_ahead_ || number.value - *far_ahead_ > close) return false;
  open_gap(next_.value, *far_ahead_, far_ahead_at_);
  next_ = {*far_ahead_ + 1};
  far_ahead_.reset();
  --strays_, ++received_;
  return true;
}

void NumberTrack::open_gap(std::uint64_t begin, std::uint64_t end, Time now) {
  std::size_t old = gaps_.size() >= most_gaps ? 1 : 0;
  while (old < gaps_.size() && now - gaps_[old].at > for_good) ++old;
  for (std::size_t i = 0; i < old; ++i) {
    count_run(settled_, gaps_[i].end - gaps_[i].begin);
    longest_settled_ = longer(longest_settled_, gaps_[i]);
  }
  gaps_.erase(gaps_.begin(), gaps_.begin() + static_cast<std::ptrdiff_t>(old));
  gaps_.push_back({begin, end, now});
  lost_ += end - begin;
}

NumberTrack::Gap NumberTrack::longest_gap() const {
  Gap longest = longest_settled_;
  for (const Gap& gap : gaps_) longest = longer(longest, gap);
  return longest;
}

NumberTrack::RunLengths NumberTrack::runs() const {
  RunLengths all = settled_;
  for (const Gap& gap : gaps_) count_run(all, gap.end - gap.begin);
  return all;
}

void NumberTrack::count_run(RunLengths& runs, std::uint64_t length) {
  ++runs[static_cast<std::size_t>(std::min<std::uint64_t>(length, longest_run + 1)) - 1];
}

}  // namespace avocet::analysis
