#include "endpoints/client/audio_output.hpp"

#include <SDL2/SDL.h>
#include <dlfcn.h>

#include <algorithm>
#include <span>

#include "endpoints/drive/clock.hpp"

namespace avocet::client {
namespace {

constexpr Uint16 buffer_frames = 1024;  // 21 ms
/// While one buffer is filled another one is heard.
constexpr int buffers = 2;

void say_nothing(const char*, int, const char*, int, const char*, ...) {}

/// ALSA, which SDL tries, writes a page of its own troubles to standard error where there is no sound card.
void hush_alsa() {
  using Handler =
      void (*)(const char* file, int line, const char* function, int error, const char* format, ...);
  using SetHandler = int (*)(Handler);
  void* library = ::dlopen("libasound.so.2", RTLD_LAZY);
  if (library == nullptr) return;
  const auto set = reinterpret_cast<SetHandler>(::dlsym(library, "snd_lib_error_set_handler"));
  if (set != nullptr) set(&say_nothing);
}

}  // namespace

AudioOutput::AudioOutput(SoundQueue& sounds, const PlayClock& clock) : sounds_(sounds), clock_(clock) {
  hush_alsa();
  if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) {
    problem_ = SDL_GetError();
    return;
  }
  SDL_AudioSpec wanted{};
  wanted.freq = SoundQueue::sample_rate;
  wanted.format = AUDIO_F32SYS;
  wanted.channels = 2;
  wanted.samples = buffer_frames;
  wanted.callback = &AudioOutput::fill;
  wanted.userdata = this;
  SDL_AudioSpec obtained{};
  device_ = SDL_OpenAudioDevice(nullptr, 0, &wanted, &obtained, 0);
  if (device_ == 0) {
    problem_ = SDL_GetError();
    return;
  }
  SDL_PauseAudioDevice(device_, 0);
}

AudioOutput::~AudioOutput() {
  if (device_ != 0) SDL_CloseAudioDevice(device_);
  SDL_QuitSubSystem(SDL_INIT_AUDIO);
}

/// From SDL's audio thread.
void AudioOutput::fill(void* self, Uint8* bytes, int size) {
  auto& output = *static_cast<AudioOutput*>(self);
  const std::span samples(reinterpret_cast<float*>(bytes), static_cast<std::size_t>(size) / sizeof(float));
  const std::size_t frames_ahead = samples.size() / 2 * buffers;
  const Duration latency = seconds_of(static_cast<double>(frames_ahead) / SoundQueue::sample_rate);
  std::optional<Duration> position;
  if (!output.clock_.held()) position = output.clock_.position(drive::now() + latency);
  output.sounds_.render(samples, position);
  if (output.muted_) std::ranges::fill(samples, 0.0f);
}

}  // namespace avocet::client
