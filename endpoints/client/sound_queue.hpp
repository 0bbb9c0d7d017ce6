#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>

#include "endpoints/codec/decoder.hpp"

namespace avocet::client {

/// Decoded sound on its way to a device whose clock is not ours. What is heard begins exactly when it is due,
/// and then follows the device; a drift is corrected by playing up to 1 % slower or faster, which nobody
/// hears, and only a large one by a jump. Video follows what is heard: see offset(). Thread-safe.
class SoundQueue {
 public:
  static constexpr std::uint32_t sample_rate = 48'000;

  void add(codec::Sound, std::uint32_t generation);
  /// Elsewhere in the title: what is here is dropped.
  void begin(std::uint32_t generation);

  /// Fills `out`, interleaved stereo, whose first sample will be heard when `position` of the title is due;
  /// without a position, and where there is nothing, silence.
  void render(std::span<float> out, std::optional<Duration> position);

  /// How far that which is heard is ahead of what is due; zero while nothing is heard.
  Duration offset() const;
  bool audible() const;
  /// Times that a jump was needed, gaps in the sound included.
  std::uint64_t jumps() const;

 private:
  struct Chunk {
    Duration at{};
    std::vector<float> samples;
    std::size_t frames() const { return samples.size() / 2; }
  };

  double seconds_at_cursor() const;
  bool align(Duration position, std::size_t frames, std::size_t& silence);
  void steer(double ahead_seconds);
  bool step();
  const float* following() const;

  mutable std::mutex mutex_;
  std::deque<Chunk> chunks_;
  std::uint32_t generation_ = 0;
  std::size_t index_ = 0;  // cursor: frame of the first chunk
  double phase_ = 0;       // ... and how far it is on the way to the next
  double speed_ = 1;
  double offset_ = 0;  // seconds, smoothed
  bool running_ = false;
  std::uint64_t jumps_ = 0;
};

}  // namespace avocet::client
