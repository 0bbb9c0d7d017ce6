#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "endpoints/client/bounded_queue.hpp"
#include "endpoints/client/picture_queue.hpp"

namespace avocet::client {

struct VideoCounts {
  std::uint64_t decoded = 0;        ///< pictures of frames that came in time
  std::uint64_t left_out = 0;       ///< frames that were never decoded, because this machine is too slow
  std::uint64_t decode_errors = 0;  ///< frames that the decoder refused, and damaged pictures
  std::map<std::string, std::uint64_t> per_rendition;  ///< decoded
};

/// Decodes video on a thread of its own.
class VideoPipeline {
 public:
  /// Pictures go to `pictures`, which outlives this; without it they are thrown away.
  explicit VideoPipeline(PictureQueue* pictures);
  ~VideoPipeline();  ///< finishes
  VideoPipeline(const VideoPipeline&) = delete;
  VideoPipeline& operator=(const VideoPipeline&) = delete;

  // None of these waits.
  /// Frames that follow are of these tracks; the first one is a key frame.
  void begin(std::vector<media::TrackConfig> tracks, std::uint32_t generation);
  /// When too many are waiting, it and all up to the next key frame are left out.
  void add(std::size_t track, const media::Frame&, bool late);
  void finish();

  /// Everything that was added before finish() is decoded, and what was not never will be.
  bool done() const { return done_; }
  VideoCounts counts() const;

 private:
  struct Begin {
    std::vector<media::TrackConfig> tracks;
    std::uint32_t generation;
  };
  struct Coded {
    std::size_t track;
    media::Frame frame;
    bool late;
  };
  /// A frame inside the decoder.
  struct Fed {
    FrameNumber number;
    std::string rendition;
    bool late;
  };

  void run();
  void take(Begin&);
  void take(Coded&);
  void hand_on(std::vector<codec::Picture>&);
  void settle();

  BoundedQueue<std::variant<Begin, Coded>> queue_;
  PictureQueue* pictures_;
  std::atomic<bool> done_{false};
  bool overflowing_ = false;  // of the adding thread

  codec::VideoDecoder decoder_;
  Begin now_;
  std::deque<Fed> fed_;

  mutable std::mutex mutex_;
  VideoCounts counts_;
  std::thread thread_;
};

}  // namespace avocet::client
