#pragma once

#include <optional>
#include <string>
#include <vector>

#include "endpoints/client/video_pipeline.hpp"
#include "protocol/service/play_stats.hpp"
#include "protocol/session/stats.hpp"

namespace avocet::client {

/// What a window reports about what it showed and what was heard.
struct Presentation {
  std::uint64_t shown = 0, skipped = 0;       ///< pictures; skipped ones came too late to be seen
  bool has_sound = false;                     ///< a device plays
  std::optional<double> sync_offset_p95;      ///< s, between picture and sound, absolute
  std::optional<double> sync_offset_largest;  ///< s
};

/// How a play stands, at one instant.
struct Snapshot {
  double started_at = 0;  ///< Unix time, s
  Time began{};           ///< the same instant
  Time at{};              ///< when this was taken

  bool connected = false, playing = false, paused = false, stalled = false;
  bool reconnecting = false;        ///< the connection was lost
  std::uint64_t reconnections = 0;  ///< that came about
  bool over = false;                ///< everything is done: connection, decoders, recording
  std::string end_reason;           ///< why the play ended; empty while it goes on
  std::string failure;              ///< for a person; empty: none
  std::string fingerprint;          ///< of the server

  std::string title, user, server;
  bool live = false, automatic = false, decoding = true;
  Duration duration{};                 ///< of a stored title
  std::optional<Duration> position;    ///< that is shown
  std::optional<Duration> connecting;  ///< how long it took
  std::vector<media::TrackConfig> tracks;

  service::PlayStats play;
  session::Stats session;
  VideoCounts video;
  std::map<std::string, std::uint64_t> released_per_rendition;
  std::uint64_t audio_decoded = 0, audio_errors = 0;
  Presentation presentation;
  std::string recording;  ///< file; empty: none
  std::uint64_t recorded_frames = 0;

  double receiving_rate = 0;  ///< bit/s, over the last two seconds
  double recent_loss = 0;     ///< 0..1 of the packets, before repair, over the last two seconds

  // Frames of video, so that received = decoded + dropped at every instant: what is on its way through the
  // decoder is not counted yet. Without decoding, what would have been fed counts as decoded.
  std::uint64_t frames_decoded() const;
  std::uint64_t frames_dropped() const;
  std::uint64_t frames_received() const { return frames_decoded() + frames_dropped(); }
  std::uint64_t frames_expected() const { return frames_received() + play.frames_lost; }
  const std::map<std::string, std::uint64_t>& frames_per_rendition() const;
  /// From the first packet sent to the first picture.
  std::optional<Duration> time_to_first_frame() const;
};

}  // namespace avocet::client
