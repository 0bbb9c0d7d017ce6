#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <type_traits>

namespace avocet {

/// A vector of at most `Max` trivial values that lives where it is declared. Growing past the end is refused,
/// so a peer cannot make it allocate.
template <class T, std::size_t Max>
  requires std::is_trivially_copyable_v<T>
class InlineVector {
 public:
  using value_type = T;
  static constexpr std::size_t max_size = Max;

  InlineVector() noexcept {}  // leaves the storage raw on purpose: clearing 256 timestamps per packet costs
  InlineVector(std::initializer_list<T> values) {
    assert(values.size() <= Max);
    for (const T& v : values) push_back(v);
  }
  InlineVector(const InlineVector& o) noexcept { *this = o; }
  InlineVector& operator=(const InlineVector& o) noexcept {
    std::copy_n(o.items_, o.size_, items_);
    size_ = o.size_;
    return *this;
  }

  /// False when full; the value is then not stored.
  bool push_back(const T& v) {
    if (size_ == Max) return false;
    items_[size_++] = v;
    return true;
  }
  void pop_back() { assert(size_ > 0), --size_; }
  void clear() { size_ = 0; }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == Max; }
  T& operator[](std::size_t i) { return assert(i < size_), items_[i]; }
  const T& operator[](std::size_t i) const { return assert(i < size_), items_[i]; }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }
  T* begin() { return items_; }
  T* end() { return items_ + size_; }
  const T* begin() const { return items_; }
  const T* end() const { return items_ + size_; }

  friend bool operator==(const InlineVector& a, const InlineVector& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t i = 0; i < a.size_; ++i) {
      if (!(a.items_[i] == b.items_[i])) return false;
    }
    return true;
  }

 private:
  std::size_t size_ = 0;
  union {
    T items_[Max];
  };
};

}  // namespace avocet
