#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/base/units.hpp"
#include "protocol/media/frame.hpp"
#include "protocol/media/live_clock.hpp"
#include "protocol/service/place.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

/// A publication as the server holds it: its tracks, when its frames were captured by the server's clock, and
/// of each video track the frames since the latest key frame, so that a viewer can begin at once and a switch
/// can fall back.
class LiveTitle {
 public:
  struct Publisher {
    Source source;
    std::string user;
  };
  /// At most `group_cache` bytes are kept per video track.
  LiveTitle(std::string name, Publisher, const std::vector<wire::Track>&, std::size_t group_cache);

  const std::string& name() const { return name_; }
  const Publisher& publisher() const { return publisher_; }
  const std::vector<media::TrackConfig>& tracks() const { return tracks_; }
  std::size_t video() const { return recent_.groups.size(); }
  /// The index of a track that the publisher sends on.
  std::optional<std::size_t> index_of(TrackId) const;

  /// Takes note of a frame that arrived.
  void take(Time arrived, std::size_t track, const media::Frame&);
  /// The highest number of a frame of video.
  FrameNumber newest() const { return newest_; }
  /// When a frame was captured, by the server's clock: the smallest arrival - capture of the last minute
  /// stands for the fastest way there, or what everything takes lately (AV-PLY-8).
  Time captured(const media::Frame&) const;
  /// The frames of a video track from its latest key frame on, by number. Empty before the first key frame,
  /// and when they are more than the cache holds.
  const std::vector<media::Frame>& group(std::size_t track) const { return recent_.groups[track].frames; }

  /// The frames of one video track that are kept.
  struct Group {
    std::vector<media::Frame> frames;
    std::size_t bytes = 0;
    FrameNumber key;  ///< that it begins with
    bool too_large = false;
    bool begun = false;
  };
  /// What comes later than this does not come in time for viewers.
  static constexpr Duration usual_latency = 150ms;
  /// All that is remembered of its frames, so that another shard can go on with it.
  struct Recent {
    std::vector<Group> groups;
    media::LiveClock clock{usual_latency};
  };
  const Recent& recent() const { return recent_; }
  void set_recent(Recent recent) { recent_ = std::move(recent); }
  void forget() { recent_ = {.groups = std::vector<Group>(video())}; }

 private:
  void keep(Group&, const media::Frame&);

  std::string name_;
  Publisher publisher_;
  std::vector<media::TrackConfig> tracks_;
  std::vector<TrackId> ids_;
  Recent recent_;
  std::size_t group_cache_;
  FrameNumber newest_;
};

}  // namespace avocet::service
