#pragma once

#include <optional>

#include "endpoints/codec/ffmpeg.hpp"
#include "endpoints/codec/ladder.hpp"
#include "endpoints/codec/scaling.hpp"

namespace avocet::codec {

/// One of FFmpeg's encoders: frames in, packets out.
class Encoder {
 public:
  /// `id` tells the parameter sets of the ladder's renditions apart (H.264 only), so that a decoder can hold
  /// all of them.
  static Result<Encoder> open_video(const LadderSettings&, const Rung&, const PictureFormat&, PictureSize,
                                    int id);
  static Result<Encoder> open_audio(AudioCodec);

  /// No frame means: that was all.
  Result<void> push(const AVFrame* frame);
  /// The next packet, times in `context().time_base`, if there is one.
  Result<std::optional<Owned<AVPacket>>> pull();

  const AVCodecContext& context() const { return *context_; }

 private:
  static Result<Encoder> open(const char* name, Owned<AVCodecContext>, const AVCodec*, Options&);

  Owned<AVCodecContext> context_;
};

/// Frames in one segment of a ladder: whole, at least one.
int segment_frames(const LadderSettings&, AVRational frame_rate);

}  // namespace avocet::codec
