#pragma once

#include <deque>
#include <vector>

#include "protocol/session/events.hpp"

namespace avocet::service {

/// Media that overtook the message which says what its track is. Bounded: the oldest go first.
class EarlyFrames {
 public:
  EarlyFrames(std::size_t max_frames, std::size_t max_bytes)
      : max_frames_(max_frames), max_bytes_(max_bytes) {}

  void hold(session::FrameReceived frame) {
    bytes_ += frame.frame.size();
    frames_.push_back(std::move(frame));
    while (frames_.size() > max_frames_ || bytes_ > max_bytes_) {
      bytes_ -= frames_.front().frame.size();
      frames_.pop_front();
    }
  }

  /// Takes out all frames whose track is at most `last`: ids rise, so the others are of a message still to
  /// come.
  std::vector<session::FrameReceived> take(TrackId last) {
    std::vector<session::FrameReceived> taken;
    std::erase_if(frames_, [&](session::FrameReceived& held) {
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
  std::deque<session::FrameReceived> frames_;
};

}  // namespace avocet::service
