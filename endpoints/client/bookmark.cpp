#include "endpoints/client/bookmark.hpp"

#include <algorithm>

namespace avocet::client {

void Bookmark::go_on() { catching_up_ = key_.has_value(); }

bool Bookmark::take(const media::TrackConfig& config, const media::Frame& frame) {
  const bool video = config.kind == media::Kind::video;
  FrameNumber& next = video ? next_video_ : next_audio_;
  if (frame.number < next) return false;
  if (video) {
    // In the middle of a segment another rendition has nothing to refer to.
    if (catching_up_ && !frame.key && config.rendition != rendition_) return false;
    if (frame.key) key_ = media::to_duration(frame.pts, config.timebase), catching_up_ = false;
    rendition_ = config.rendition;
  } else {
    heard_until_ = media::to_duration(frame.pts + frame.duration, config.timebase);
  }
  next = frame.number + 1;
  return true;
}

std::optional<Duration> Bookmark::position() const {
  if (!key_) return std::nullopt;
  constexpr Duration inside = 1ms;  // times are rounded down, and the segment before is another one
  return std::min(*key_, heard_until_.value_or(*key_)) + inside;
}

}  // namespace avocet::client
