#include "protocol/service/tracks.hpp"

#include <algorithm>

#include "protocol/service/names.hpp"

namespace avocet::service {

wire::Track to_wire(const media::TrackConfig& c, TrackId id) {
  wire::Track t;
  t.id = id;
  t.kind = c.kind == media::Kind::video ? wire::TrackKind::video : wire::TrackKind::audio;
  t.rendition = c.rendition;
  t.codec = c.codec;
  t.timebase_numerator = c.timebase.numerator;
  t.timebase_denominator = c.timebase.denominator;
  t.width = c.width;
  t.height = c.height;
  t.sample_rate = c.sample_rate;
  t.channels = c.channels;
  t.bitrate = c.bitrate;
  t.extradata = c.extradata;
  return t;
}

media::TrackConfig from_wire(const wire::Track& t) {
  media::TrackConfig c;
  c.kind = t.kind == wire::TrackKind::video ? media::Kind::video : media::Kind::audio;
  c.rendition = t.rendition;
  c.codec = t.codec;
  c.timebase = {t.timebase_numerator, t.timebase_denominator};
  c.width = t.width;
  c.height = t.height;
  c.sample_rate = t.sample_rate;
  c.channels = t.channels;
  c.bitrate = t.bitrate;
  c.extradata = t.extradata;
  return c;
}

std::vector<media::TrackConfig> from_wire(const std::vector<wire::Track>& tracks) {
  std::vector<media::TrackConfig> configs;
  configs.reserve(tracks.size());
  for (const wire::Track& t : tracks) configs.push_back(from_wire(t));
  return configs;
}

std::size_t video_tracks(const std::vector<media::TrackConfig>& tracks) {
  return static_cast<std::size_t>(std::ranges::count(tracks, media::Kind::video, &media::TrackConfig::kind));
}

std::vector<std::string> renditions_of(const std::vector<media::TrackConfig>& tracks) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < video_tracks(tracks); ++i) names.push_back(tracks[i].rendition);
  return names;
}

std::optional<std::size_t> find_rendition(const std::vector<media::TrackConfig>& tracks,
                                          std::string_view rendition) {
  for (std::size_t i = 0; i < video_tracks(tracks); ++i) {
    if (tracks[i].rendition == rendition) return i;
  }
  return std::nullopt;
}

std::vector<DataRate> video_rates(const std::vector<media::TrackConfig>& tracks) {
  std::vector<DataRate> rates;
  for (std::size_t i = 0; i < video_tracks(tracks); ++i) rates.push_back(DataRate::bps(tracks[i].bitrate));
  return rates;
}

DataRate audio_rate(const std::vector<media::TrackConfig>& tracks) {
  const auto audio = std::ranges::find(tracks, media::Kind::audio, &media::TrackConfig::kind);
  return audio == tracks.end() ? DataRate::zero() : DataRate::bps(audio->bitrate);
}

std::optional<std::string> problem_of_tracks(const std::vector<media::TrackConfig>& tracks) {
  if (tracks.empty()) return "it has no tracks";
  if (tracks.size() > wire::max_tracks) return "it has more than 16 tracks";
  std::size_t size = 0;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const media::TrackConfig& t = tracks[i];
    const bool video = t.kind == media::Kind::video;
    if (t.codec.empty() || t.codec.size() > 16) return "a codec name is not 1 to 16 bytes long";
    if (t.rendition.size() > 16 || (video && problem_of_name(t.rendition)))
      return "a rendition has no usable name";
    if (t.timebase.numerator == 0 || t.timebase.denominator == 0) return "a timebase is zero";
    if (!video && i + 1 < tracks.size())
      return "audio is not the last track, or there is more than one of it";
    if (video && i > 0 && tracks[i - 1].bitrate > t.bitrate)
      return "video tracks are not ascending by bitrate";
    if (video && *find_rendition(tracks, t.rendition) != i) return "two video tracks have the same rendition";
    if (t.extradata.size() > 4096) return "a decoder configuration is longer than 4096 bytes";
    size += wire::encoded_size(to_wire(t, {}));
  }
  // Track ids and what else is in the message take less than 1024 bytes.
  if (size > wire::max_service_message - 1024) return "its tracks do not fit into one message";
  return std::nullopt;
}

}  // namespace avocet::service
