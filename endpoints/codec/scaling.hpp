#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "endpoints/codec/ffmpeg.hpp"
#include "endpoints/codec/source.hpp"

namespace avocet::codec {

struct PictureSize {
  int width = 0, height = 0;
};

/// What every rendition has in common.
struct PictureFormat {
  AVRational frame_rate{};
  AVRational shape{};                     ///< width : height as shown
  AVColorSpace matrix = AVCOL_SPC_BT709;  ///< or SMPTE170M; other sources are converted
  AVColorPrimaries primaries = AVCOL_PRI_UNSPECIFIED;
  AVColorTransferCharacteristic transfer = AVCOL_TRC_UNSPECIFIED;
};

/// The format of the ladder made from `source`, whose first picture is `first`.
PictureFormat picture_format(const Source& source, const AVFrame& first);
/// The even size of a rendition of `height` lines that keeps the shape.
PictureSize rendition_size(const PictureFormat& format, int height);

/// FFmpeg's filters between one decoder and its encoders: frames in, frames out at each of the outputs.
class Filters {
 public:
  /// Pictures upright, with square pixels, at a constant rate from `first` on, once for each size. Output
  /// times count frames from 0.
  static Result<Filters> for_video(const Source& source, const AVFrame& first, const PictureFormat& format,
                                   const std::vector<PictureSize>& sizes, int threads);
  /// 48 kHz stereo in pieces of `samples`; time 0 is at `origin` (in the stream's time base), where silence
  /// fills up or what is earlier is cut. Gaps become silence. Output times count samples.
  static Result<Filters> for_audio(const Source& source, const AVFrame& first, std::int64_t origin,
                                   AVSampleFormat format, int samples);

  /// The filters take the frame. No frame means: that was all.
  Result<void> push(Owned<AVFrame> frame);
  /// The next frame at one output, if there is one.
  std::optional<Owned<AVFrame>> pull(std::size_t output);

 private:
  Result<void> configure(const std::string& description, const char* sink, std::size_t outputs);

  Owned<AVFilterGraph> graph_;
  AVFilterContext* in_ = nullptr;
  std::vector<AVFilterContext*> out_;
  std::int64_t origin_ = 0, end_ = 0;
};

}  // namespace avocet::codec
