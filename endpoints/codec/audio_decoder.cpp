#include <algorithm>
#include <cmath>
#include <utility>

#include "endpoints/codec/decoder.hpp"
#include "endpoints/codec/ffmpeg.hpp"

namespace avocet::codec {
namespace {

constexpr std::size_t channels = 2;

/// Cuts what is before time zero.
void cut_priming(Sound& sound, std::uint32_t sample_rate) {
  if (sound.at >= Duration::zero()) return;
  const auto early = static_cast<std::size_t>(std::llround(to_seconds(-sound.at) * sample_rate)) * channels;
  const auto cut = std::min(early, sound.samples.size());
  sound.samples.erase(sound.samples.begin(), sound.samples.begin() + static_cast<std::ptrdiff_t>(cut));
  sound.at = Duration::zero();
}

}  // namespace

struct AudioDecoder::State {
  media::TrackConfig config;
  Owned<AVCodecContext> context;
  Owned<SwrContext> resampler;

  bool resample(AVFrame& frame, std::uint32_t sample_rate, Sound& out) {
    const auto rate = static_cast<int>(sample_rate);
    if (!resampler) {
      SwrContext* made = nullptr;
      AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
      const int code =
          swr_alloc_set_opts2(&made, &stereo, AV_SAMPLE_FMT_FLT, rate, &frame.ch_layout,
                              static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
      resampler.reset(made);
      if (code < 0 || swr_init(made) < 0) return resampler.reset(), false;
    }
    const auto held = std::chrono::nanoseconds(swr_get_delay(resampler.get(), 1'000'000'000));
    out.at = media::to_duration(frame.best_effort_timestamp, config.timebase) - held;
    const int most = swr_get_out_samples(resampler.get(), frame.nb_samples);
    if (most < 0) return false;
    out.samples.resize(static_cast<std::size_t>(most) * channels);
    auto* to = reinterpret_cast<std::uint8_t*>(out.samples.data());
    const int made = swr_convert(resampler.get(), &to, most,
                                 const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples);
    if (made < 0) return false;
    out.samples.resize(static_cast<std::size_t>(made) * channels);
    return true;
  }
};

AudioDecoder::AudioDecoder(std::uint32_t sample_rate) : sample_rate_(sample_rate) {}
AudioDecoder::~AudioDecoder() = default;
AudioDecoder::AudioDecoder(AudioDecoder&&) noexcept = default;
AudioDecoder& AudioDecoder::operator=(AudioDecoder&&) noexcept = default;

Result<void> AudioDecoder::use(const media::TrackConfig& config) {
  if (state_ && state_->config == config) return {};
  auto context = open_decoder(config, 1, 0);
  if (!context) return std::unexpected(context.error());
  state_ = std::make_unique<State>(config, std::move(*context));
  return {};
}

void AudioDecoder::decode(const media::Frame& frame, std::vector<Sound>& out) {
  if (!state_ || frame.size() == 0) return void(++errors_);
  const auto packet = make_packet(frame);
  if (avcodec_send_packet(state_->context.get(), packet.get()) < 0) return void(++errors_);
  const auto decoded = make_frame();
  for (;;) {
    const int code = avcodec_receive_frame(state_->context.get(), decoded.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
    Sound sound;
    if (code < 0 || !state_->resample(*decoded, sample_rate_, sound)) {
      ++errors_;
      if (code < 0) return;
      continue;
    }
    ++decoded_;
    cut_priming(sound, sample_rate_);
    if (!sound.samples.empty()) out.push_back(std::move(sound));
  }
}

void AudioDecoder::reset() {
  if (!state_) return;
  avcodec_flush_buffers(state_->context.get());
  state_->resampler.reset();
}

}  // namespace avocet::codec
