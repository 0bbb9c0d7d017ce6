#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <variant>
#include <vector>

#include "endpoints/client/bounded_queue.hpp"
#include "endpoints/client/sound_queue.hpp"

namespace avocet::client {

/// Decodes sound on a thread of its own.
class AudioPipeline {
 public:
  /// Sound goes to `sounds`, which outlives this; without it it is thrown away.
  explicit AudioPipeline(SoundQueue* sounds);
  ~AudioPipeline();  ///< finishes
  AudioPipeline(const AudioPipeline&) = delete;
  AudioPipeline& operator=(const AudioPipeline&) = delete;

  // None of these waits.
  void begin(std::vector<media::TrackConfig> tracks, std::uint32_t generation);
  void add(std::size_t track, const media::Frame&);
  void finish();

  bool done() const { return done_; }
  std::uint64_t decoded() const { return decoded_; }
  std::uint64_t errors() const { return errors_; }

 private:
  struct Begin {
    std::vector<media::TrackConfig> tracks;
    std::uint32_t generation;
  };
  struct Coded {
    std::size_t track;
    media::Frame frame;
  };

  void run();
  void take(Begin&);
  void take(Coded&);

  BoundedQueue<std::variant<Begin, Coded>> queue_;
  SoundQueue* sounds_;
  codec::AudioDecoder decoder_;
  Begin now_;
  std::atomic<std::uint64_t> decoded_{0}, errors_{0};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace avocet::client
