#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/measures/sync_meter.hpp"
#include "analysis/playback/track_view.hpp"
#include "protocol/media/playout.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::analysis {

/// One play as its viewer saw it, had the viewer been where the capture was made: the frames that came whole
/// go through the same playout as in the client.
class PlayView {
 public:
  /// `most_frames` may wait for their time; `most_switches` are told of.
  PlayView(Time asked, wire::Play request, std::size_t most_frames, std::size_t most_switches)
      : asked_(asked),
        request_(std::move(request)),
        most_frames_(most_frames),
        most_switches_(most_switches) {}

  struct Switch {
    Time at;
    std::string from, to, reason;
  };

  void on_tracks(Time, const wire::Tracks&);
  void on_switched(const wire::Switched&);
  void on_pause(Time, bool paused);
  void on_ended(Time, std::string reason);
  void on_frame(Time, const WholeFrame&);
  /// Releases what is due up to now.
  void advance(Time now);

  wire::PlayId id() const { return request_.play; }
  const wire::Play& request() const { return request_; }
  bool live() const { return live_; }
  bool begun() const { return playout_.has_value(); }
  Time asked() const { return asked_; }
  std::optional<Duration> time_to_first_frame() const { return first_frame_; }
  /// Pictures that came out too late to be shown, but for reference.
  std::uint64_t frames_late() const { return late_; }
  std::uint64_t stalls() const { return stalls_; }
  std::optional<Time> first_stall() const { return first_stall_; }
  Duration stalled() const { return stalled_; }
  const std::vector<Switch>& switches() const { return switches_; }
  const std::optional<std::string>& end_reason() const { return end_reason_; }
  /// As of the latest advance(). Where frames were refused because too many wait, the viewer, who has more
  /// room, saw something else.
  media::PlayoutCounters counters() const;
  Duration buffered() const { return playout_ ? playout_->buffered() : Duration{}; }
  const Quantiles& buffers() const { return buffers_; }
  /// When the first freeze was over.
  std::optional<Time> first_freeze() const { return first_freeze_; }
  const SyncMeter& sync() const { return sync_; }
  /// Payload of what came out in time, and since when.
  std::uint64_t shown_bytes() const { return shown_bytes_; }
  Duration shown_for() const { return first_shown_ ? now_ - *first_shown_ : Duration{}; }

 private:
  void release(const media::Release&);
  void note_shown(const media::Release&);
  std::size_t size_of(const media::Release&);

  Time asked_;
  wire::Play request_;
  std::size_t most_frames_, most_switches_;
  std::vector<wire::Track> tracks_;
  std::vector<wire::Switched> announced_;
  bool live_ = false;
  mutable std::optional<media::Playout> playout_;  // counters() settles freezes up to a time
  Time now_{};
  std::optional<TrackId> shown_;
  std::optional<Duration> first_frame_;
  std::optional<Time> stalled_at_;
  Duration stalled_{};
  std::uint64_t late_ = 0, stalls_ = 0;
  std::vector<Switch> switches_;
  std::optional<std::string> end_reason_;
  Quantiles buffers_;
  SyncMeter sync_;
  std::optional<Time> first_shown_, first_freeze_, first_stall_;
  std::uint64_t shown_bytes_ = 0;
  struct Waiting {
    TrackId track;
    FrameNumber number;
    std::size_t size = 0;
  };
  std::vector<Waiting> sizes_;  // of frames that wait, whose payload is not kept
};

}  // namespace avocet::analysis
