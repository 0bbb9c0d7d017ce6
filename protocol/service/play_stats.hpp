#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::service {

/// A change of rendition, for the stats.
struct RenditionSwitch {
  Time at{};  ///< when the first frame of the new rendition arrived
  std::string from, to;
  std::string reason;
};

/// Counters of one play since it began. Names follow W3C webrtc-stats where it has one. Video unless said
/// otherwise.
struct PlayStats {
  std::uint64_t frames_received = 0;        ///< whole in time; all but frames_dropped came out by FrameReady
  std::uint64_t frames_dropped = 0;         ///< of those, not decodable because a reference is missing (live)
  std::uint64_t frames_lost = 0;            ///< not whole in time (live)
  std::uint64_t audio_frames_received = 0;  ///< the same for audio
  std::uint64_t audio_frames_lost = 0;
  std::uint64_t bytes_received = 0;  ///< payload of all frames that arrived whole, audio too
  std::uint64_t freeze_count = 0;
  Duration total_freezes_duration{};                ///< a freeze that lasts is counted up to now
  std::optional<Duration> time_to_first_frame;      ///< from play() to the first picture's due time
  std::vector<RenditionSwitch> rendition_switches;  ///< the latest 1000
  std::string rendition;                            ///< of the latest frame handed out
  std::uint16_t frame_width = 0, frame_height = 0;
  DataRate bitrate;     ///< that the rendition has on average
  Duration buffered{};  ///< media time received beyond what was handed out
};

}  // namespace avocet::service
