#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

#include "endpoints/codec/error.hpp"
#include "protocol/media/frame.hpp"

/// FFmpeg's objects with owners, and its errors in words. Inside this room only.
namespace avocet::codec {

struct Release {
  void operator()(AVFormatContext* p) const;  ///< an input or an output, with its file
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFilterGraph* p) const { avfilter_graph_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(SwrContext* p) const { swr_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

/// Throw std::bad_alloc when memory is out, as `new` does.
Owned<AVPacket> make_packet();
Owned<AVFrame> make_frame();
/// A packet with a copy of a frame's payload (FFmpeg wants padding behind it) and its times.
Owned<AVPacket> make_packet(const media::Frame& frame);

/// A decoder for a track.
Result<Owned<AVCodecContext>> open_decoder(const media::TrackConfig& config, int threads, int thread_type);
/// FFmpeg's description of a track.
Result<void> describe_track(const media::TrackConfig& config, AVCodecParameters& out);
inline AVRational rational(media::Timebase t) {
  return {static_cast<int>(t.numerator), static_cast<int>(t.denominator)};
}

/// Options of FFmpeg: text keys and values.
class Options {
 public:
  Options() = default;
  ~Options() { av_dict_free(&dictionary_); }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  Options& set(const char* key, const std::string& value);
  AVDictionary** get() { return &dictionary_; }

 private:
  AVDictionary* dictionary_ = nullptr;
};

/// Sends FFmpeg's log lines to `explain` instead of the terminal, and forgets the last one of this thread. To
/// be called before something that may fail.
void listen_to_ffmpeg();
/// What an FFmpeg error code means, with the last line that FFmpeg logged on this thread if there is one.
std::string explain(int code);

/// "cannot <what>: <explanation>".
Error ffmpeg_error(Fault fault, const std::string& what, int code, std::string remedy = {});
inline std::unexpected<Error> fail(Fault fault, std::string reason, std::string remedy = {}) {
  return std::unexpected(Error{fault, std::move(reason), std::move(remedy)});
}

}  // namespace avocet::codec
