#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/media/frame.hpp"
#include "protocol/media/freeze_meter.hpp"
#include "protocol/media/live_clock.hpp"
#include "protocol/media/playout_lane.hpp"

namespace avocet::media {

/// What playout must know of one track of a play.
struct PlayoutTrack {
  TrackId id;
  Kind kind = Kind::video;
  Timebase timebase;
};

/// A frame for the decoder (and a recorder). Of one kind they come in decode order and are all decodable.
struct Release {
  TrackId track;
  Kind kind = Kind::video;
  Frame frame;
  Time due{};         ///< when to present it
  bool late = false;  ///< decode for reference, never show; not part of frames_received
};

struct PlayoutCounters {
  std::uint64_t frames_received =
      0;                          ///< video, delivered in time; decoded ones are these minus frames_dropped
  std::uint64_t frames_lost = 0;  ///< video, not whole by their due time (live)
  std::uint64_t frames_dropped = 0;  ///< video, received, and not decodable: a reference is missing (live)
  std::uint64_t audio_frames_received = 0, audio_frames_lost = 0;
  std::uint64_t freeze_count = 0;     ///< W3C webrtc-stats freezeCount
  Duration total_freezes_duration{};  ///< W3C webrtc-stats totalFreezesDuration
  std::uint64_t refused = 0;          ///< frames with impossible times, or past what may be held
};

/// Puts the frames of one play, which arrive in any order over the tracks of its renditions and its audio,
/// into the order and time of their presentation. Says when; does not decode.
///
/// Stored: starts when `latency` is buffered, releases each frame `lead` before its decoding time, never
/// skips; when a frame is missing at that time, everything waits (stalls) until `latency` is buffered again,
/// and the clock shifts. Live: a frame is due at its capture time, mapped by the smallest (arrival - capture)
/// of the last half minute, plus `latency`, and later where the path demands it (LiveClock). What is not
/// whole by then is lost; what depends on it is dropped, up to the next key frame; frames that come late, but
/// before their successors are due, are released for reference.
class Playout {
 public:
  enum class Mode : std::uint8_t { stored, live };
  struct Config {
    Mode mode = Mode::stored;
    Duration latency = 150ms;
    Duration lead = 100ms;          ///< how long before its decoding time a stored frame is released
    std::size_t max_frames = 4096;  ///< held; what is farthest ahead is refused
    std::size_t max_bytes = 64u << 20;
  };

  explicit Playout(const Config&);

  /// The tracks of the play (again after a seek: everything held is dropped, counters go on). `video` is the
  /// rendition that comes first, or nothing when the first to bring a key frame decides; `start` is the
  /// presentation time of the first frame (stored).
  void set_tracks(Time now, std::vector<PlayoutTrack>, Duration start,
                  std::optional<TrackId> video = std::nullopt);
  /// A whole frame. `arrival` is when its first fragment came (live maps clocks by it). Frames of unknown
  /// tracks are ignored.
  void add(Time now, TrackId, const Frame&, Time arrival);
  /// Video goes on with frame `at` of `to`; frames of `from` with that number or above are void. May come
  /// before or after the frames concerned.
  void on_switched(TrackId from, TrackId to, FrameNumber at);
  /// Nothing more will be sent: what is held is the end, even without end_of_track.
  void on_ended();

  /// The next frame to hand on, if any is due for release. Call until it returns nothing.
  std::optional<Release> next(Time now);
  /// When next() should be called without new input.
  std::optional<Time> wake() const;

  /// Holds and goes on. Stored: the clock stops. Live: goes on at the live edge, with the next key frame.
  void pause(Time now);
  void resume(Time now);

  bool started() const { return started_; }
  bool paused() const { return paused_at_.has_value(); }
  /// Waits for frames: before the first one, or in a stall.
  bool stalled() const { return !started_ || stalled_at_.has_value(); }
  /// Everything was released and its time has passed.
  bool finished(Time now) const;
  /// Media time that is being presented (stored; live: of the frame released last).
  Duration position(Time now) const;
  /// Media time up to which video (audio when there is none) has been released, end of the last frame.
  Duration released_until() const;
  /// Media time held without a gap beyond released_until().
  Duration buffered() const;
  /// Live: the newest picture that is here or was, when what comes next will not be decodable before a key
  /// frame that follows it; as of next(now).
  std::optional<FrameNumber> needs_key_frame(Time now) const;
  /// The track that the next video frame is expected on.
  std::optional<TrackId> video_track() const;

  /// As of `now`: freezes that ended before it are counted.
  const PlayoutCounters& counters(Time now);

 private:
  /// A lane and where its playout stands.
  struct Line : PlayoutLane {
    Kind kind = Kind::video;
    std::optional<TrackId> last_track;  // of what was released last
    Duration decode_end{};              // media time at which the next frame is to be decoded
    Duration present_end{};             // media time at which what was released ends
    Duration typical{40ms};             // length of a frame that does not say it
    bool finished = false;              // the end of the track was released
    bool absent = false;                // stored audio that did not come: not waited for
    bool broken = false;                // live: a reference is missing
    Time decodable_from{};              // live: when the last of what the next frame builds on was whole
  };

  Line& line(Kind kind) { return lines_[static_cast<std::size_t>(kind)]; }
  const Line& line(Kind kind) const { return lines_[static_cast<std::size_t>(kind)]; }
  const PlayoutTrack* find(TrackId) const;
  std::optional<WaitingFrame> measure(Time now, const PlayoutTrack&, const Frame&, Line&);
  void make_room();
  enum class Fate : std::uint8_t {
    in_time,
    held_up,  ///< whole in time, but not what it builds on
    late,
  };
  Release release(Line&, const PlayoutLane::Entry&, Time due, Fate, Time now);
  void drop_undecodable(Line&, const PlayoutLane::Entry&, bool in_time);

  std::optional<Release> next_stored(Time now);
  void settle_stored(Time now);
  void find_start(Line&);
  void note_stall(Time now, Line&);
  void go_on(Time now);
  bool waits_for(const Line&) const;
  bool ready(const Line&) const;
  bool patience_is_over(Time now);
  Time release_at(const WaitingFrame&) const;
  std::optional<Time> wake_stored() const;

  std::optional<Release> next_live(Time now);
  std::optional<Release> next_live(Time now, Line&);
  bool find_live_start(Time now, Line&);
  bool skip_missing(Time now, Line&);
  PlayoutLane::Entry skip_target(const Line&) const;
  Time skip_at(const Line&, const PlayoutLane::Entry& target) const;
  Time due_live(const WaitingFrame&) const;
  std::optional<Time> wake_live() const;

  Config config_;
  std::vector<PlayoutTrack> tracks_;
  std::array<Line, 2> lines_;  // by Kind
  Duration start_{};
  Time anchor_{};  // stored: when media time 0 is presented
  LiveClock clock_;
  bool started_ = false;
  bool ended_ = false;
  std::optional<Time> stalled_at_, paused_at_;
  std::optional<Time> patience_from_;  // since when everything waits for what may never come
  bool gave_up_ = false;               // what is missing will not come
  FreezeMeter freezes_;
  PlayoutCounters counters_;
};

}  // namespace avocet::media
