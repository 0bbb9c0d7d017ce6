#include "endpoints/client/sound_queue.hpp"

#include <algorithm>
#include <cmath>

namespace avocet::client {
namespace {

constexpr double rate = SoundQueue::sample_rate;
/// Devices ask in bursts: one call says little about where they are.
constexpr double smoothing = 0.05;
constexpr double deadband = 0.004;       // s
constexpr double correction_gain = 0.2;  // per second: 50 ms are corrected at the full 1 %
constexpr double most_correction = 0.01;
constexpr double jump_from = 0.09;   // s
constexpr double continuous = 0.02;  // s between two chunks: rounding, not a gap
constexpr Duration most_queued = 5s;

}  // namespace

void SoundQueue::add(codec::Sound sound, std::uint32_t generation) {
  const std::scoped_lock lock(mutex_);
  if (generation != generation_ || sound.samples.size() < 2) return;
  chunks_.push_back({sound.at, std::move(sound.samples)});
  while (chunks_.back().at - chunks_.front().at > most_queued) {  // a device that does not take
    chunks_.pop_front();
    index_ = 0;
    running_ = false;
  }
}

void SoundQueue::begin(std::uint32_t generation) {
  const std::scoped_lock lock(mutex_);
  generation_ = generation;
  chunks_.clear();
  index_ = 0;
  running_ = false;
  offset_ = 0;
}

void SoundQueue::render(std::span<float> out, std::optional<Duration> position) {
  const std::scoped_lock lock(mutex_);
  std::ranges::fill(out, 0.0f);
  if (!position) {
    running_ = false;
    offset_ = 0;
    return;
  }
  std::size_t at = 0;
  const std::size_t frames = out.size() / 2;
  if (running_) steer(seconds_at_cursor() - to_seconds(*position));
  if (!running_ && !align(*position, frames, at)) return;
  for (; at < frames; ++at) {
    const float* a = chunks_.front().samples.data() + index_ * 2;
    const float* b = following();
    const auto t = static_cast<float>(phase_);
    out[at * 2] = a[0] + (b[0] - a[0]) * t;
    out[at * 2 + 1] = a[1] + (b[1] - a[1]) * t;
    for (phase_ += speed_; phase_ >= 1; phase_ -= 1) {
      if (!step()) return;
    }
  }
}

Duration SoundQueue::offset() const {
  const std::scoped_lock lock(mutex_);
  return running_ ? seconds_of(offset_) : Duration::zero();
}

bool SoundQueue::audible() const {
  const std::scoped_lock lock(mutex_);
  return running_;
}

std::uint64_t SoundQueue::jumps() const {
  const std::scoped_lock lock(mutex_);
  return jumps_;
}

double SoundQueue::seconds_at_cursor() const {
  return to_seconds(chunks_.front().at) + (static_cast<double>(index_) + phase_) / rate;
}

/// Puts the cursor where `position` is, exactly. When that is in the future `silence` of the next `frames`
/// come before it.
bool SoundQueue::align(Duration position, std::size_t frames, std::size_t& silence) {
  const double wanted = to_seconds(position);
  index_ = 0;
  phase_ = 0;
  const auto end = [](const Chunk& c) { return to_seconds(c.at) + static_cast<double>(c.frames()) / rate; };
  while (!chunks_.empty() && end(chunks_.front()) <= wanted) chunks_.pop_front();
  if (chunks_.empty()) return false;
  const double early = (to_seconds(chunks_.front().at) - wanted) * rate;
  silence = early > 0 ? static_cast<std::size_t>(std::lround(early)) : 0;
  if (early < 0) index_ = std::min(static_cast<std::size_t>(-early), chunks_.front().frames() - 1);
  if (silence >= frames) return false;  // begins in a later call
  running_ = true;
  speed_ = 1;
  offset_ = 0;
  return true;
}

void SoundQueue::steer(double ahead_seconds) {
  offset_ += (ahead_seconds - offset_) * smoothing;
  if (std::abs(offset_) > jump_from || std::abs(ahead_seconds) > 4 * jump_from) {
    running_ = false;
    ++jumps_;
    return;
  }
  if (std::abs(offset_) < deadband) {
    speed_ = 1;
    phase_ = 0;  // less than a sample; without it the interpolation would stay on and dull the sound
    return;
  }
  speed_ = 1 - std::clamp(offset_ * correction_gain, -most_correction, most_correction);
}

/// To the next frame; false when there is none, or not right after this one.
bool SoundQueue::step() {
  Chunk& chunk = chunks_.front();
  if (++index_ < chunk.frames()) return true;
  const double end = to_seconds(chunk.at) + static_cast<double>(chunk.frames()) / rate;
  chunks_.pop_front();
  index_ = 0;
  if (!chunks_.empty() && std::abs(to_seconds(chunks_.front().at) - end) < continuous) return true;
  running_ = false;
  offset_ = 0;
  phase_ = 0;
  return false;
}

const float* SoundQueue::following() const {
  const Chunk& chunk = chunks_.front();
  if (index_ + 1 < chunk.frames()) return chunk.samples.data() + (index_ + 1) * 2;
  return chunks_.size() > 1 ? chunks_[1].samples.data() : chunk.samples.data() + index_ * 2;
}

}  // namespace avocet::client
