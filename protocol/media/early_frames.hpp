#pragma once

#include <deque>
#include <vector>

#include "protocol/base/ids.hpp"

namespace avocet::media {

/// Whole frames that overtook the message which says what their track is. Bounded: the oldest go first.
/// `Received` has a `track` and a `frame`.
template <class Received>
class EarlyFrames {
 public:
  EarlyFrames(std::size_t max_frames, std::size_t max_bytes)
      : max_frames_(max_frames), max_bytes_(max_bytes) {}

  void hold(Received received) {
    bytes_ += received.frame.size();
    frames_.push_back(std::move(received));
    while (frames_.size() > max_frames_ || bytes_ > max_bytes_) {
      bytes_ -= frames_.front().frame.size();
      frames_.pop_front();
    }
  }

  /// Takes out all frames whose track is at most `last`: ids rise, so the others are of a message still to
  /// come.
  std::vector<Received> take(TrackId last) {
    std::vector<Received> taken;
    std::erase_if(frames_, [&](Received& held) {
      if (held.track > last) return false;
      bytes_ -= held.frame.size();
      taken.push_back(std::move(held));
      return true;
    });
    return taken;
  }

  std::size_t size() const { return frames_.size(); }

 private:
  std::size_t max_frames_, max_bytes_, bytes_ = 0;
  std::deque<Received> frames_;
};

}  // namespace avocet::media
