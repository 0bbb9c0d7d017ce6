#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "endpoints/codec/decoder.hpp"

namespace avocet::client {

/// Decoded pictures on their way to the window, in display order.
class PictureQueue {
 public:
  explicit PictureQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. Pictures of a generation that is over are dropped.
  void push(codec::Picture, std::uint32_t generation);
  /// Elsewhere in the title: what is here is dropped.
  void begin(std::uint32_t generation);
  /// Nobody shows them any more: nothing waits from now on.
  void close();

  struct Taken {
    std::optional<codec::Picture> picture;
    std::size_t skipped = 0;       ///< came too late to be shown
    std::optional<Duration> next;  ///< presentation time of the one that follows
  };
  /// The latest picture that is to be seen at `position`.
  Taken take(Duration position);
  bool empty() const;

 private:
  bool is_over(std::uint32_t generation) const { return closed_ || generation != generation_; }

  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::deque<codec::Picture> pictures_;
  std::size_t capacity_;
  std::uint32_t generation_ = 0;
  bool closed_ = false;
};

}  // namespace avocet::client
