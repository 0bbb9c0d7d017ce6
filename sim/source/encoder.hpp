#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/media/frame.hpp"
#include "sim/experiment/experiment.hpp"
#include "sim/link/random.hpp"

namespace avocet::sim {

/// A camera and its encoder as RFC 8867 section 4.3 wants them: frames at a steady rate, whose sizes follow
/// a target within `reaction` and vary around it, and sound at a constant rate beside them.
class SyntheticEncoder {
 public:
  SyntheticEncoder(const Encoder&, std::uint64_t seed, Time start);

  /// Tracks in the order in which `Coded::track` counts: video, and audio if there is any.
  std::vector<media::TrackConfig> tracks() const;

  void set_target(Time now, DataRate);
  /// What it makes at the moment, video and audio.
  DataRate rate(Time now) const;

  struct Coded {
    std::size_t track = 0;
    media::Frame frame;
  };
  /// When the next frame is taken.
  Time next() const;
  /// The frame of that time, to be called then.
  Coded take(Time now);
  /// The next picture is a key frame, out of turn.
  void make_key_frame() { key_wanted_ = true; }
  /// Nothing is taken before `now`: after a pause.
  void resume(Time now);

 private:
  Coded take_video(Time now);
  Coded take_audio(Time now);

  Encoder config_;
  link::Random random_;
  Time next_picture_, next_sound_;
  std::uint64_t pictures_ = 0, sounds_ = 0;
  DataRate followed_, wanted_;
  Time wanted_at_;
  bool key_wanted_ = false;
  double level_ = 1;  // of this second
  Time level_until_;
};

}  // namespace avocet::sim
