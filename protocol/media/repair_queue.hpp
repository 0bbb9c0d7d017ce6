#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"

namespace avocet::media {

/// Something to send beside new fragments.
struct Repair {
  enum class What : std::uint8_t {
    fragment,   ///< again, because it was lost
    duplicate,  ///< again, in case it was lost
    row,        ///< a further parity row of the run that begins with the fragment
  };
  What what = What::fragment;
  FragmentNumber number;
  Time deadline = Time::max();  ///< of the frame; what is nearest goes first
  Time at{};                    ///< not before
};

/// Repairs of one track in the order in which they go out. What became pointless is not searched for: the
/// owner asks, when it comes up, whether it is still wanted. The storage is reused.
class RepairQueue {
 public:
  void push(Time now, const Repair& repair) {
    if (repair.at > now) {
      waiting_.push_back(repair);
    } else {
      ready_.push_back(repair), std::ranges::push_heap(ready_, later);
    }
  }
  /// Lets go what waited until `now`.
  void advance(Time now) {
    for (std::size_t i = 0; i < waiting_.size();) {
      if (waiting_[i].at > now) {
        ++i;
        continue;
      }
      ready_.push_back(waiting_[i]), std::ranges::push_heap(ready_, later);
      waiting_[i] = waiting_.back(), waiting_.pop_back();
    }
  }
  bool empty() const { return ready_.empty() && waiting_.empty(); }
  const Repair* first() const { return ready_.empty() ? nullptr : &ready_.front(); }
  void pop() { std::ranges::pop_heap(ready_, later), ready_.pop_back(); }
  /// When the next waiting one is let go.
  std::optional<Time> wake() const {
    if (waiting_.empty()) return std::nullopt;
    return std::ranges::min(waiting_, {}, &Repair::at).at;
  }

 private:
  static bool later(const Repair& a, const Repair& b) {
    return a.deadline != b.deadline ? a.deadline > b.deadline : a.number > b.number;
  }

  std::vector<Repair> ready_;    // a heap
  std::vector<Repair> waiting_;  // few: second copies of the last milliseconds
};

}  // namespace avocet::media
