#pragma once

#include <SDL2/SDL_audio.h>

#include <atomic>
#include <string>

#include "endpoints/client/play_clock.hpp"
#include "endpoints/client/sound_queue.hpp"

namespace avocet::client {

/// A sound device that plays a queue. Silence when there is none: a machine without a sound card plays all
/// the same.
class AudioOutput {
 public:
  /// Both outlive this.
  AudioOutput(SoundQueue&, const PlayClock&);
  ~AudioOutput();
  AudioOutput(const AudioOutput&) = delete;
  AudioOutput& operator=(const AudioOutput&) = delete;

  bool works() const { return device_ != 0; }
  /// Why it does not.
  const std::string& problem() const { return problem_; }
  void toggle_mute() { muted_ = !muted_; }
  bool muted() const { return muted_; }

 private:
  static void fill(void* self, Uint8* bytes, int size);

  SoundQueue& sounds_;
  const PlayClock& clock_;
  std::atomic<bool> muted_{false};
  std::string problem_;
  SDL_AudioDeviceID device_ = 0;
};

}  // namespace avocet::client
