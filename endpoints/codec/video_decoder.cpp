extern "C" {
#include <libavutil/imgutils.h>
}

#include <utility>

#include "endpoints/codec/decoder.hpp"
#include "endpoints/codec/ffmpeg.hpp"

namespace avocet::codec {
namespace {

/// From this size on one core may not be enough; then a second one is worth the frame of delay that it costs.
constexpr int big_picture = 1920 * 1080;

bool is_420(int format) { return format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P; }

Picture view(Owned<AVFrame> frame, Duration at) {
  Picture picture;
  picture.width = frame->width;
  picture.height = frame->height;
  for (std::size_t i = 0; i < 3; ++i) {
    picture.planes[i] = frame->data[i];
    picture.strides[i] = frame->linesize[i];
  }
  picture.at = at;
  picture.number = FrameNumber{static_cast<std::uint64_t>(frame->reordered_opaque)};
  picture.full_range = frame->color_range == AVCOL_RANGE_JPEG || frame->format == AV_PIX_FMT_YUVJ420P;
  picture.bt709 = frame->colorspace == AVCOL_SPC_BT709 ||
                  (frame->colorspace == AVCOL_SPC_UNSPECIFIED && frame->height >= 720);
  picture.holder = std::shared_ptr<const AVFrame>(
      frame.release(), [](const AVFrame* f) { Release()(const_cast<AVFrame*>(f)); });
  return picture;
}

}  // namespace

struct VideoDecoder::State {
  media::TrackConfig config;
  Owned<AVCodecContext> context;
  Owned<SwsContext> converter;

  /// Hand-made files may have more bits or colours than screens are given here.
  Owned<AVFrame> to_420(Owned<AVFrame> from) {
    const auto format = static_cast<AVPixelFormat>(from->format);
    converter.reset(sws_getCachedContext(converter.release(), from->width, from->height, format, from->width,
                                         from->height, AV_PIX_FMT_YUV420P, SWS_POINT, nullptr, nullptr,
                                         nullptr));
    auto to = make_frame();
    av_frame_copy_props(to.get(), from.get());
    to->width = from->width;
    to->height = from->height;
    to->format = AV_PIX_FMT_YUV420P;
    if (!converter || av_frame_get_buffer(to.get(), 0) < 0) return nullptr;
    if (sws_scale_frame(converter.get(), to.get(), from.get()) < 0) return nullptr;
    return to;
  }
};

VideoDecoder::VideoDecoder(int threads) : threads_(threads) {}
VideoDecoder::~VideoDecoder() = default;
VideoDecoder::VideoDecoder(VideoDecoder&&) noexcept = default;
VideoDecoder& VideoDecoder::operator=(VideoDecoder&&) noexcept = default;

Result<void> VideoDecoder::use(const media::TrackConfig& config, std::vector<Picture>& out) {
  if (state_ && state_->config == config) return {};
  drain(out);
  const bool big = config.width * config.height >= big_picture;
  auto context = open_decoder(config, threads_, big ? FF_THREAD_FRAME : FF_THREAD_SLICE);
  if (!context) return std::unexpected(context.error());
  state_ = std::make_unique<State>(config, std::move(*context));
  return {};
}

void VideoDecoder::decode(const media::Frame& frame, std::vector<Picture>& out) {
  if (!state_ || frame.size() == 0) return void(++errors_);
  const auto packet = make_packet(frame);
  state_->context->reordered_opaque = static_cast<std::int64_t>(frame.number.value);
  int code = avcodec_send_packet(state_->context.get(), packet.get());
  if (code == AVERROR(EAGAIN)) {
    collect(out);
    code = avcodec_send_packet(state_->context.get(), packet.get());
  }
  if (code < 0) ++errors_;
  collect(out);
}

void VideoDecoder::drain(std::vector<Picture>& out) {
  if (!state_) return;
  avcodec_send_packet(state_->context.get(), nullptr);
  collect(out);
  avcodec_flush_buffers(state_->context.get());
}

void VideoDecoder::reset() {
  if (state_) avcodec_flush_buffers(state_->context.get());
}

void VideoDecoder::collect(std::vector<Picture>& out) {
  for (;;) {
    auto frame = make_frame();
    const int code = avcodec_receive_frame(state_->context.get(), frame.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
    if (code < 0) {
      ++errors_;
      if (code != AVERROR_INVALIDDATA) return;
      continue;
    }
    const bool damaged = frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0;
    const auto at = media::to_duration(frame->best_effort_timestamp, state_->config.timebase);
    if (!is_420(frame->format)) frame = state_->to_420(std::move(frame));
    ++(damaged || !frame ? errors_ : decoded_);
    if (frame) out.push_back(view(std::move(frame), at));
  }
}

}  // namespace avocet::codec
