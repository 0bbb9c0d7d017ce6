#include "sim/source/encoder.hpp"

#include <algorithm>
#include <utility>

namespace avocet::sim {
namespace {

constexpr Duration sound_length = 20ms;
constexpr std::uint32_t video_clock = 90'000, audio_clock = 48'000;

SharedBytes filled(std::int64_t size, std::uint64_t with) {
  Bytes bytes(static_cast<std::size_t>(std::max<std::int64_t>(size, 1)));
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(with + i);
  return std::make_shared<const Bytes>(std::move(bytes));
}

}  // namespace

SyntheticEncoder::SyntheticEncoder(const Encoder& config, std::uint64_t seed, Time start)
    : config_(config),
      random_(seed),
      next_picture_(start),
      next_sound_(config.audio > DataRate::zero() ? start : Time::max()),
      followed_(config.first),
      wanted_(config.first),
      wanted_at_(start),
      level_until_(start) {}

std::vector<media::TrackConfig> SyntheticEncoder::tracks() const {
  std::vector<media::TrackConfig> tracks{{.rendition = "live",
                                          .codec = "h264",
                                          .timebase = {1, video_clock},
                                          .width = 1280,
                                          .height = 720,
                                          .bitrate = static_cast<std::uint32_t>(config_.most.bps())}};
  if (config_.audio > DataRate::zero()) {
    tracks.push_back({.kind = media::Kind::audio,
                      .codec = "opus",
                      .timebase = {1, audio_clock},
                      .sample_rate = audio_clock,
                      .channels = 1,
                      .bitrate = static_cast<std::uint32_t>(config_.audio.bps())});
  }
  return tracks;
}

void SyntheticEncoder::set_target(Time now, DataRate target) {
  followed_ = rate(now) - config_.audio;
  wanted_ = std::clamp(target - config_.audio, config_.least, config_.most);
  wanted_at_ = now;
}

DataRate SyntheticEncoder::rate(Time now) const {
  return (now - wanted_at_ >= config_.reaction ? wanted_ : followed_) + config_.audio;
}

Time SyntheticEncoder::next() const { return std::min(next_picture_, next_sound_); }

SyntheticEncoder::Coded SyntheticEncoder::take(Time now) {
  return next_sound_ <= next_picture_ ? take_audio(now) : take_video(now);
}

void SyntheticEncoder::resume(Time now) {
  next_picture_ = std::max(next_picture_, now);
  if (next_sound_ != Time::max()) next_sound_ = std::max(next_sound_, now);
}

SyntheticEncoder::Coded SyntheticEncoder::take_video(Time now) {
  if (now >= level_until_) {
    level_ = 1 + config_.variation * (2 * random_.uniform() - 1);
    level_until_ = now + 1s;
  }
  const auto interval =
      static_cast<std::uint64_t>(to_seconds(config_.key_interval) * config_.frames_per_second + 0.5);
  const std::uint64_t number = pictures_++;
  next_picture_ += seconds_of(1 / config_.frames_per_second);
  const bool key = (interval > 0 ? number % interval == 0 : number == 0) || std::exchange(key_wanted_, false);
  double share = 1;  // of the mean size of a frame
  if (interval > 1) {
    const double n = static_cast<double>(interval);
    const double other = n / (n - 1 + config_.key_size);
    share = key ? config_.key_size * other : other;
  } else if (key && interval == 0) {
    share = config_.key_size;
  }
  const DataRate video = rate(now) - config_.audio;
  const DataSize size =
      video * (level_ * (1 + config_.overshoot)) * seconds_of(share / config_.frames_per_second);
  const double ticks = video_clock / config_.frames_per_second;
  return {0,
          {.number = {number},
           .pts = static_cast<std::int64_t>(static_cast<double>(number) * ticks),
           .duration = static_cast<std::uint32_t>(ticks),
           .capture = to_microseconds(now.time_since_epoch()),
           .key = key,
           .payload = filled(size.bytes(), number)}};
}

SyntheticEncoder::Coded SyntheticEncoder::take_audio(Time now) {
  const std::uint64_t number = sounds_++;
  next_sound_ += sound_length;
  constexpr std::uint32_t ticks = audio_clock / 50;
  return {1,
          {.number = {number},
           .pts = static_cast<std::int64_t>(number * ticks),
           .duration = ticks,
           .capture = to_microseconds(now.time_since_epoch()),
           .key = true,
           .payload = filled((config_.audio * sound_length).bytes(), number)}};
}

}  // namespace avocet::sim
