#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "endpoints/codec/error.hpp"
#include "protocol/media/frame.hpp"

struct AVFrame;

namespace avocet::codec {

/// A decoded picture, 8-bit YUV 4:2:0, planes Y, U, V. Copies share the pixels.
struct Picture {
  std::shared_ptr<const AVFrame> holder;  ///< keeps the planes alive
  int width = 0, height = 0;
  std::array<const std::uint8_t*, 3> planes{};
  std::array<int, 3> strides{};  ///< bytes from line to line
  Duration at{};                 ///< presentation time
  FrameNumber number;            ///< of the frame that carried it
  bool full_range = false;
  bool bt709 = false;  ///< colour matrix; else BT.601
};

/// Frames in decode order -> pictures in display order. Not thread-safe; give it a thread of its own. A frame
/// that cannot be decoded is counted, and decoding goes on.
class VideoDecoder {
 public:
  explicit VideoDecoder(int threads = 2);
  ~VideoDecoder();
  VideoDecoder(VideoDecoder&&) noexcept;
  VideoDecoder& operator=(VideoDecoder&&) noexcept;

  /// Selects the rendition of the frames that follow; the next one is a key frame. What is still inside the
  /// decoder for the old rendition comes out first. Nothing happens when it is the same already.
  Result<void> use(const media::TrackConfig&, std::vector<Picture>& out);
  /// Appends the pictures that are ready. Their order is display order, so they come a few frames late.
  void decode(const media::Frame&, std::vector<Picture>& out);
  /// End of the stream: appends all that is left. Decoding can go on with a key frame.
  void drain(std::vector<Picture>& out);
  /// Seek: forgets all that is inside.
  void reset();

  std::uint64_t decoded() const { return decoded_; }  ///< pictures without an error
  std::uint64_t errors() const { return errors_; }    ///< frames refused by the decoder, and damaged pictures

 private:
  struct State;
  void collect(std::vector<Picture>& out);

  std::unique_ptr<State> state_;
  int threads_;
  std::uint64_t decoded_ = 0, errors_ = 0;
};

/// Interleaved float samples, stereo at the rate asked for.
struct Sound {
  Duration at{};  ///< presentation time of the first sample
  std::vector<float> samples;
};

/// Audio frames -> PCM for a device; more or fewer channels are mixed to stereo. Samples before time zero are
/// encoder priming and are left out.
class AudioDecoder {
 public:
  explicit AudioDecoder(std::uint32_t sample_rate = 48'000);
  ~AudioDecoder();
  AudioDecoder(AudioDecoder&&) noexcept;
  AudioDecoder& operator=(AudioDecoder&&) noexcept;

  Result<void> use(const media::TrackConfig&);
  void decode(const media::Frame&, std::vector<Sound>& out);
  void reset();

  std::uint64_t decoded() const { return decoded_; }
  std::uint64_t errors() const { return errors_; }

 private:
  struct State;

  std::unique_ptr<State> state_;
  std::uint32_t sample_rate_;
  std::uint64_t decoded_ = 0, errors_ = 0;
};

}  // namespace avocet::codec
