#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/units.hpp"
#include "protocol/media/frame.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

/// A track's configuration as it travels, and back.
wire::Track to_wire(const media::TrackConfig&, TrackId);
media::TrackConfig from_wire(const wire::Track&);
std::vector<media::TrackConfig> from_wire(const std::vector<wire::Track>&);

/// How many tracks are of video; they come first.
std::size_t video_tracks(const std::vector<media::TrackConfig>&);
/// Their renditions, in their order.
std::vector<std::string> renditions_of(const std::vector<media::TrackConfig>&);
/// The index of a rendition; nothing when it is not there.
std::optional<std::size_t> find_rendition(const std::vector<media::TrackConfig>&, std::string_view rendition);
/// Bit rates of the video tracks, and of the audio track (zero without one).
std::vector<DataRate> video_rates(const std::vector<media::TrackConfig>&);
DataRate audio_rate(const std::vector<media::TrackConfig>&);

/// What is wrong with tracks that somebody offers, for a person; nothing when they can be played: at most 16
/// that fit into one message, video ascending by bitrate under different names, at most one of audio after
/// it.
std::optional<std::string> problem_of_tracks(const std::vector<media::TrackConfig>&);

/// `weight` of a flow as the share that a session knows.
constexpr double share_of(std::uint8_t weight) { return static_cast<double>(weight) / wire::normal_weight; }

}  // namespace avocet::service
