#pragma once

#include <cstdint>
#include <vector>

namespace avocet::analysis {

/// Every n-th of any number of values, evenly, with n grown so that no more than `most` are kept.
template <class Value, std::size_t most>
class ThinnedSample {
 public:
  void add(const Value& value) {
    if (seen_++ % stride_ != 0) return;
    if (values_.size() == most) {
      for (std::size_t i = 0; i < most / 2; ++i) values_[i] = values_[2 * i];
      values_.resize(most / 2);
      stride_ *= 2;
      if ((seen_ - 1) % stride_ != 0) return;
    }
    values_.push_back(value);
  }
  const std::vector<Value>& values() const { return values_; }

 private:
  std::vector<Value> values_;
  std::uint64_t seen_ = 0, stride_ = 1;
};

}  // namespace avocet::analysis
