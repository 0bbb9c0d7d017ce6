#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

#include "analysis/capture/record.hpp"

namespace avocet::capture {

/// Packets that wait before they are read, up to a number of bytes: the keys that open them are written down
/// a little after they have passed.
class HeldRecords {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t most_bytes = 64u << 20;

  void push(Clock::time_point came, const Record& record) {
    held_.push_back({came, record, Bytes(record.bytes.begin(), record.bytes.end())});
    held_.back().record.bytes = held_.back().bytes;
    bytes_ += record.bytes.size();
  }
  /// Calls take(record) with what came by then, in its order, and with what is too much to hold.
  template <class Take>
  void release(Clock::time_point by, Take&& take) {
    while (!held_.empty() && (held_.front().came <= by || bytes_ > most_bytes)) {
      take(held_.front().record);
      bytes_ -= held_.front().bytes.size();
      held_.pop_front();
    }
  }

 private:
  struct Held {
    Clock::time_point came;
    Record record;
    Bytes bytes;
  };
  std::deque<Held> held_;
  std::size_t bytes_ = 0;
};

}  // namespace avocet::capture
