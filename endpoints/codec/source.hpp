#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "endpoints/codec/error.hpp"
#include "endpoints/codec/ffmpeg.hpp"
#include "protocol/base/time.hpp"
#include "protocol/media/frame.hpp"

namespace avocet::codec {

/// A decoded picture, or a stretch of sound, of a source.
struct Decoded {
  media::Kind kind;
  Owned<AVFrame> frame;  ///< pts and pkt_duration in the stream's time base, always set
};

/// Any file or URL that FFmpeg reads, decoded: its best video and its best audio track.
class Source {
 public:
  /// Opening and reading give up when `stop` becomes true; it must outlive the source.
  static Result<Source> open(const std::string& url, int threads, const std::atomic<bool>& stop);

  /// The next decoded frame in the order of the file; empty at the end. Damaged parts are skipped and
  /// counted.
  Result<std::optional<Decoded>> next();

  const AVStream& video() const { return *format_->streams[video_.index]; }
  const AVStream* audio() const { return audio_.index < 0 ? nullptr : format_->streams[audio_.index]; }
  /// Frames per second of the video as FFmpeg sees it; 0/1 when unknown.
  AVRational frame_rate() const;
  /// Whether pictures come at a constant rate, as far as the container tells.
  bool constant_frame_rate() const;
  /// Zero when unknown.
  Duration duration() const;
  std::uint64_t errors() const { return errors_; }
  const std::string& url() const { return url_; }

 private:
  struct Stream {
    int index = -1;
    Owned<AVCodecContext> decoder;
    std::int64_t next_pts = 0;  ///< for sources that carry no times
    bool drained = false;
  };

  Result<Stream> open_stream(AVMediaType type, int threads);
  /// Hands the file's next packet, or its end, to a decoder.
  Result<void> feed();
  std::optional<Decoded> take(Stream&, media::Kind);

  std::string url_;
  const std::atomic<bool>* stop_ = nullptr;
  Owned<AVFormatContext> format_;
  Owned<AVPacket> packet_;
  Stream video_, audio_;
  bool ended_ = false;
  std::uint64_t errors_ = 0, pictures_ = 0;
};

}  // namespace avocet::codec
