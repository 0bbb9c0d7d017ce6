#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "protocol/media/frame.hpp"
#include "protocol/service/key_frame_wish.hpp"
#include "protocol/session/session.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

/// Live tracks that a client offers, as it sees them: their frames on the way to the server, and when the
/// encoder should make a key frame.
class Publication {
 public:
  /// Opens the tracks in the session, with ids from `first` on, for a share of `weight`.
  Publication(session::Session&, const std::vector<media::TrackConfig>&, TrackId first, std::uint8_t weight);

  /// The tracks as they are offered.
  const std::vector<wire::Track>& tracks() const { return tracks_; }
  void close(session::Session&) const;

  /// The server has taken it: frames may be sent from now on.
  void accepted() { accepted_ = true; }
  /// Sends a frame of the track with this index, to be given up at `deadline`.
  session::Admission send(Time now, session::Session&, std::size_t track, const media::Frame&, Time deadline);

  /// A viewer cannot go on without a key frame above `after`.
  void want_key_frame(FrameNumber after) { key_frame_.want(std::min(after, newest_)); }
  /// True when it is time to ask the encoder for a key frame; once for each time.
  bool take_key_frame_request(Time now) { return key_frame_.take_request(now).has_value(); }

 private:
  std::vector<wire::Track> tracks_;
  std::size_t video_ = 0;  // so many of the tracks, the first ones
  bool accepted_ = false;
  FrameNumber newest_;  // picture that was sent
  KeyFrameWish key_frame_;
};

}  // namespace avocet::service
