#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "endpoints/client/bounded_queue.hpp"
#include "endpoints/codec/recorder.hpp"

namespace avocet::client {

/// Writes what is played to a file, on a thread of its own: a slow disk must not hold up the network.
class Recording {
 public:
  /// `failed` is called from the recording's thread, once at most.
  Recording(std::filesystem::path file, std::function<void(const std::string&)> failed);
  ~Recording();  ///< finishes
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  // None of these waits.
  /// The tracks of the frames that follow. Again after a seek.
  void begin(std::vector<media::TrackConfig> tracks);
  void add(std::size_t track, const media::Frame&);
  void finish();

  /// The file is complete, or failed.
  bool done() const { return done_; }
  const std::filesystem::path& file() const { return file_; }
  std::uint64_t frames() const { return frames_; }

 private:
  struct Begin {
    std::vector<media::TrackConfig> tracks;
  };
  struct Coded {
    std::size_t track;
    media::Frame frame;
  };

  void run();
  codec::Result<void> take(Begin&);
  codec::Result<void> take(Coded&);

  std::filesystem::path file_;
  std::function<void(const std::string&)> failed_;
  BoundedQueue<std::variant<Begin, Coded>> queue_;
  std::optional<codec::Recorder> recorder_;
  std::atomic<std::uint64_t> frames_{0};  // video
  std::atomic<bool> too_slow_{false}, done_{false};
  std::thread thread_;
};

}  // namespace avocet::client
