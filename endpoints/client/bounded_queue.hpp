#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace avocet::client {

/// From one thread to another. What goes in weighs something (1, or its bytes), and the queue says no when
/// its bound would be broken.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Never waits. An empty queue takes anything.
  bool try_push(T item, std::size_t weight = 1) {
    {
      const std::scoped_lock lock(mutex_);
      if (closed_ || (!items_.empty() && weight_ + weight > capacity_)) return false;
      add(std::move(item), weight);
    }
    changed_.notify_one();
    return true;
  }
  /// For the few things that must not be lost.
  void push(T item) {
    {
      const std::scoped_lock lock(mutex_);
      if (closed_) return;
      add(std::move(item), 0);
    }
    changed_.notify_one();
  }
  /// Waits. Nothing when the queue is closed and empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    auto [item, weight] = std::move(items_.front());
    items_.pop_front();
    weight_ -= weight;
    return std::move(item);
  }
  /// What is inside still comes out.
  void close() {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

 private:
  void add(T item, std::size_t weight) {
    items_.emplace_back(std::move(item), weight);
    weight_ += weight;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<T, std::size_t>> items_;
  std::size_t weight_ = 0, capacity_;
  bool closed_ = false;
};

}  // namespace avocet::client
