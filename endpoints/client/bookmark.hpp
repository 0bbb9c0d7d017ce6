#pragma once

#include <optional>
#include <string>

#include "protocol/media/frame.hpp"

namespace avocet::client {

/// Where the play of a stored title stands, so that it goes on over another connection without a gap or a
/// repetition: decoder and recording notice nothing. A server begins with the segment that holds a position;
/// what came of that segment already is left out.
class Bookmark {
 public:
  /// What follows is elsewhere in the title.
  void clear() { *this = {}; }
  /// What follows comes over another connection, from position() on, in rendition() at first.
  void go_on();

  /// Whether the frame is to be used; frames of a kind come in decode order.
  bool take(const media::TrackConfig&, const media::Frame&);

  /// Nothing before the first picture.
  std::optional<Duration> position() const;
  const std::string& rendition() const { return rendition_; }
  /// The segment in which the connection was lost is behind: from here on any rendition will do.
  bool caught_up() const { return !catching_up_; }

 private:
  FrameNumber next_video_, next_audio_;
  std::optional<Duration> heard_until_;  // end of the latest sound
  std::optional<Duration> key_;          // time of the latest key frame: where its segment begins
  std::string rendition_;
  bool catching_up_ = false;
};

}  // namespace avocet::client
