#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace avocet::media {

/// A queue whose elements keep the position that they were pushed at: the first ever is 0, and positions run
/// on while elements leave at the front. The storage grows to the longest queue seen and is then reused.
template <class T>
class Ring {
 public:
  /// Positions held: [begin, end).
  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return end_; }
  std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
  bool empty() const { return begin_ == end_; }
  bool holds(std::uint64_t position) const { return position >= begin_ && position < end_; }

  T& operator[](std::uint64_t position) { return assert(holds(position)), slots_[slot(position)]; }
  const T& operator[](std::uint64_t position) const {
    return assert(holds(position)), slots_[slot(position)];
  }
  T& front() { return (*this)[begin_]; }
  const T& front() const { return (*this)[begin_]; }
  T& back() { return (*this)[end_ - 1]; }

  void push_back(T value) {
    if (size() == slots_.size()) grow();
    slots_[slot(end_++)] = std::move(value);
  }
  void pop_front() { front() = T{}, ++begin_; }
  void pop_back() { back() = T{}, --end_; }
  /// Gives the storage back, if nothing is in it.
  void shrink() {
    if (empty()) slots_ = std::vector<T>();
  }

  /// The first position in [begin, end) at which `ahead(element)` no longer holds; it must hold for a prefix
  /// only.
  template <class Predicate>
  std::uint64_t partition_point(std::uint64_t limit, Predicate&& ahead) const {
    std::uint64_t low = begin_, high = limit;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (ahead((*this)[middle])) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

 private:
  std::size_t slot(std::uint64_t position) const {
    return static_cast<std::size_t>(position) & (slots_.size() - 1);
  }
  void grow() {
    std::vector<T> larger(slots_.empty() ? 4 : slots_.size() * 2);
    for (std::uint64_t i = begin_; i < end_; ++i) {
      larger[static_cast<std::size_t>(i) & (larger.size() - 1)] = std::move(slots_[slot(i)]);
    }
    slots_ = std::move(larger);
  }

  std::vector<T> slots_;  // a power of two of them
  std::uint64_t begin_ = 0, end_ = 0;
};

}  // namespace avocet::media
