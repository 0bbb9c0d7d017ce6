#include "endpoints/client/audio_pipeline.hpp"

namespace avocet::client {
namespace {

constexpr std::size_t most_waiting = 512;  // some seconds

}  // namespace

AudioPipeline::AudioPipeline(SoundQueue* sounds)
    : queue_(most_waiting), sounds_(sounds), decoder_(SoundQueue::sample_rate), thread_([this] { run(); }) {}

AudioPipeline::~AudioPipeline() {
  finish();
  thread_.join();
}

void AudioPipeline::begin(std::vector<media::TrackConfig> tracks, std::uint32_t generation) {
  if (sounds_ != nullptr) sounds_->begin(generation);
  queue_.push(Begin{std::move(tracks), generation});
}

void AudioPipeline::add(std::size_t track, const media::Frame& frame) {
  if (!queue_.try_push(Coded{track, frame})) ++errors_;
}

void AudioPipeline::finish() { queue_.close(); }

void AudioPipeline::run() {
  while (auto item = queue_.pop()) {
    std::visit([this](auto& i) { take(i); }, *item);
  }
  done_ = true;
}

void AudioPipeline::take(Begin& begin) {
  decoder_.reset();
  now_ = std::move(begin);
}

void AudioPipeline::take(Coded& coded) {
  std::vector<codec::Sound> out;
  const std::uint64_t decoded = decoder_.decoded(), errors = decoder_.errors();
  if (decoder_.use(now_.tracks[coded.track])) {
    decoder_.decode(coded.frame, out);
  } else {
    ++errors_;
  }
  decoded_ += decoder_.decoded() - decoded;
  errors_ += decoder_.errors() - errors;
  if (sounds_ == nullptr) return;
  for (codec::Sound& sound : out) sounds_->add(std::move(sound), now_.generation);
}

}  // namespace avocet::client
