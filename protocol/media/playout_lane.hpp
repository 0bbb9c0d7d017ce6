#pragma once

#include <map>
#include <optional>
#include <vector>

#include "protocol/media/frame.hpp"

namespace avocet::media {

/// A frame that waits for its time.
struct WaitingFrame {
  Frame frame;
  Time complete{};                         ///< when it was whole
  Duration decode{}, present{}, length{};  ///< media time
};

/// Frames of one kind, of all renditions, and which rendition each number is to be taken from.
class PlayoutLane {
 public:
  struct Entry {
    TrackId track;
    const WaitingFrame* waiting = nullptr;
    explicit operator bool() const { return waiting != nullptr; }
    FrameNumber number() const { return waiting->frame.number; }
  };

  void clear(bool exists, std::optional<TrackId> first_track);
  bool exists() const { return exists_; }

  /// False when it is there already.
  bool add(TrackId, WaitingFrame);
  /// Removes and returns an entry's frame.
  WaitingFrame take(const Entry&);
  void switch_to(TrackId from, TrackId to, FrameNumber at);
  std::optional<TrackId> track_of(FrameNumber) const;

  /// The frame `n` on its track.
  Entry find(FrameNumber n) const;
  /// The first frame from `n` on that is on its track. Before any track is chosen: of any.
  Entry first_from(FrameNumber n) const;
  /// Begins with this frame: its track is the one from now on, unless one was chosen.
  void begin_with(const Entry&);
  /// Goes on to `n`; what is below is forgotten.
  void advance_to(FrameNumber n);
  std::optional<FrameNumber> expected() const { return expected_; }

  /// Media time from the expected frame on without a gap, up to `enough`.
  struct Run {
    Duration length{};
    bool to_end = false;  ///< reaches the end of the track
  };
  Run run(Duration enough) const;

  /// The frame farthest ahead, those not on their track first; for when there are too many.
  Entry least_wanted() const;
  std::size_t frames() const { return held_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Section {
    FrameNumber at;
    TrackId track;
  };
  using Key = std::pair<FrameNumber, TrackId>;
  using Held = std::map<Key, WaitingFrame>;
  static Entry entry(Held::const_iterator at) { return {at->first.second, &at->second}; }

  bool exists_ = false;
  Held held_;
  std::vector<Section> sections_;  // ascending; the last with at <= n names the track of frame n
  std::optional<FrameNumber> expected_;
  std::size_t bytes_ = 0;
};

}  // namespace avocet::media
