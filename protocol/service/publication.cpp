#include "protocol/service/publication.hpp"

#include <algorithm>

#include "protocol/service/tracks.hpp"

namespace avocet::service {

using Priority = session::TrackOptions::Priority;

Publication::Publication(session::Session& session, const std::vector<media::TrackConfig>& tracks,
                         TrackId first, std::uint8_t weight)
    : video_(video_tracks(tracks)) {
  for (const media::TrackConfig& track : tracks) {
    const bool audio = track.kind == media::Kind::audio;
    session.open_track(first, {.priority = audio ? Priority::audio : Priority::video,
                               .weight = share_of(weight),
                               .duplicate = audio});
    tracks_.push_back(to_wire(track, first));
    ++first;
  }
}

void Publication::close(session::Session& session) const {
  for (const wire::Track& track : tracks_) session.close_track(track.id);
}

session::Admission Publication::send(Time now, session::Session& session, std::size_t track,
                                     const media::Frame& frame, Time deadline) {
  if (!accepted_ || track >= tracks_.size()) return session::Admission::closed;
  const TrackId id = tracks_[track].id;
  const session::Admission admission = session.send(now, id, frame, deadline);
  if (track >= video_) return admission;
  newest_ = std::max(newest_, frame.number);
  if (frame.key) key_frame_.came(now, frame.number);
  if (session.needs_key_frame(id)) key_frame_.want(newest_);
  return admission;
}

}  // namespace avocet::service
