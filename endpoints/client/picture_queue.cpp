#include "endpoints/client/picture_queue.hpp"

#include <utility>

namespace avocet::client {

void PictureQueue::push(codec::Picture picture, std::uint32_t generation) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return is_over(generation) || pictures_.size() < capacity_; });
  if (!is_over(generation)) pictures_.push_back(std::move(picture));
}

void PictureQueue::begin(std::uint32_t generation) {
  {
    const std::scoped_lock lock(mutex_);
    generation_ = generation;
    pictures_.clear();
  }
  room_.notify_all();
}

void PictureQueue::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    pictures_.clear();
  }
  room_.notify_all();
}

PictureQueue::Taken PictureQueue::take(Duration position) {
  Taken taken;
  {
    const std::scoped_lock lock(mutex_);
    while (!pictures_.empty() && pictures_.front().at <= position) {
      if (taken.picture) ++taken.skipped;
      taken.picture = std::move(pictures_.front());
      pictures_.pop_front();
    }
    if (!pictures_.empty()) taken.next = pictures_.front().at;
  }
  room_.notify_all();
  return taken;
}

bool PictureQueue::empty() const {
  const std::scoped_lock lock(mutex_);
  return pictures_.empty();
}

}  // namespace avocet::client
