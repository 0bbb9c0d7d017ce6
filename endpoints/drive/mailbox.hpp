#pragma once

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <functional>
#include <mutex>
#include <utility>

namespace avocet::drive {

/// From any threads to the one that runs a context. `Box` is any container: the senders fill one under a
/// lock, held no longer than that; the receiver takes it out whole, and leaves its own, emptied, in its
/// place. What one thread puts in arrives in its order. The sender decides what is too much, since only it
/// knows what may be dropped.
template <class Box>
class Mailbox {
 public:
  /// `take(box)` is called from the context and leaves the box empty. The mailbox must outlive the context's
  /// run.
  Mailbox(asio::io_context& context, std::function<void(Box&)> take, Box filling = {}, Box emptied = {})
      : context_(context),
        take_(std::move(take)),
        filling_(std::move(filling)),
        emptied_(std::move(emptied)) {}

  /// From any thread. `fill(box)` puts something in, or returns false; so does this then.
  template <class Fill>
  bool put(Fill&& fill) {
    {
      const std::scoped_lock lock(mutex_);
      if (!std::forward<Fill>(fill)(filling_)) return false;
      if (std::exchange(called_, true)) return true;
    }
    asio::post(context_, [this] { empty(); });
    return true;
  }

 private:
  void empty() {
    {
      const std::scoped_lock lock(mutex_);
      std::swap(filling_, emptied_);
      called_ = false;
    }
    take_(emptied_);
  }

  asio::io_context& context_;
  std::function<void(Box&)> take_;
  std::mutex mutex_;
  bool called_ = false;  // empty() is on its way
  Box filling_, emptied_;
};

}  // namespace avocet::drive
