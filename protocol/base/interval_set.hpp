#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <vector>

namespace avocet {

/// A set of numbers held as sorted half-open ranges that neither overlap nor touch: packet numbers to
/// acknowledge, offsets of a stream that arrived. Holds at most `Max` ranges, whatever a peer sends; the
/// storage grows to the largest number of ranges seen and is then reused, so that the steady state does not
/// allocate.
template <class N, std::size_t Max>
  requires(Max > 0)
class IntervalSet {
 public:
  struct Range {
    N begin, end;
    constexpr bool operator==(const Range&) const = default;
  };
  enum class Insert {
    added,      ///< at least one number is new
    duplicate,  ///< nothing new: every number was there, or the range is empty
    full,       ///< it would have been range Max + 1; nothing changed
  };
  using const_iterator = typename std::vector<Range>::const_iterator;
  using const_reverse_iterator = typename std::vector<Range>::const_reverse_iterator;

  /// Adds [begin, end), which must not be reversed, and merges what it overlaps or touches.
  Insert insert(N begin, N end) {
    assert(begin <= end);
    if (begin == end) return Insert::duplicate;
    const auto first = std::ranges::lower_bound(ranges_, begin, {}, &Range::end);
    const auto last = std::ranges::upper_bound(first, ranges_.end(), end, {}, &Range::begin);
    if (first == last) {
      if (ranges_.size() == Max) return Insert::full;
      ranges_.insert(first, Range{begin, end});
      return Insert::added;
    }
    if (first->begin <= begin && end <= first->end) return Insert::duplicate;
    first->begin = std::min(first->begin, begin);
    first->end = std::max((last - 1)->end, end);
    ranges_.erase(first + 1, last);
    return Insert::added;
  }

  bool contains(N n) const {
    const auto range = std::ranges::upper_bound(ranges_, n, {}, &Range::end);
    return range != ranges_.end() && range->begin <= n;
  }

  /// Forgets every number below `n`.
  void erase_below(N n) {
    const auto kept = std::ranges::upper_bound(ranges_, n, {}, &Range::end);
    if (kept != ranges_.end()) kept->begin = std::max(kept->begin, n);
    ranges_.erase(ranges_.begin(), kept);
  }
  /// Forgets the lowest range: makes room when the set is full and old numbers matter least.
  void erase_lowest() { assert(!empty()), ranges_.erase(ranges_.begin()); }
  void clear() { ranges_.clear(); }
  /// Gives storage back that was needed for far more ranges than there are.
  void shrink() {
    constexpr std::size_t worth_it = 32;
    if (ranges_.capacity() > std::max(worth_it, 4 * ranges_.size())) ranges_.shrink_to_fit();
  }
  /// Bytes of storage.
  std::size_t memory() const { return ranges_.capacity() * sizeof(Range); }

  /// Number of ranges.
  std::size_t size() const { return ranges_.size(); }
  bool empty() const { return ranges_.empty(); }
  bool full() const { return ranges_.size() == Max; }
  /// The lowest range.
  const Range& front() const { return (*this)[0]; }
  /// The highest range.
  const Range& back() const { return (*this)[size() - 1]; }
  /// Ascending.
  const Range& operator[](std::size_t i) const { return assert(i < size()), ranges_[i]; }
  const_iterator begin() const { return ranges_.begin(); }
  const_iterator end() const { return ranges_.end(); }
  const_reverse_iterator rbegin() const { return ranges_.rbegin(); }
  const_reverse_iterator rend() const { return ranges_.rend(); }

  bool operator==(const IntervalSet&) const = default;

 private:
  std::vector<Range> ranges_;
};

}  // namespace avocet
