#include "endpoints/codec/encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace avocet::codec {
namespace {

/// No access unit may take longer than this at its rendition's rate (specs: renditions).
constexpr double longest_access_unit = 0.1;

constexpr std::int64_t aac_rate = 128'000, opus_rate = 96'000;

const AVCodec* find(const char* name) {
  listen_to_ffmpeg();
  return avcodec_find_encoder_by_name(name);
}

std::unexpected<Error> lacking(const char* name) {
  return fail(Fault::unsupported, fmt::format("this FFmpeg has no encoder '{}'", name),
              "install Debian's libavcodec59 (not a reduced build), or choose another codec");
}

/// A fixed picture pattern gives every rendition the same decode order, so that one number means one instant
/// in all.
std::string h264_parameters(int id) {
  // A steady mean (ratetol) replaces the usual buffer model, which serves here to cap single pictures.
  return fmt::format("scenecut=0:open-gop=0:b-adapt=0:b-pyramid=none:rc-lookahead=0:ratetol=0.1:sps-id={}",
                     id);
}

std::string h265_parameters(int threads) {
  return fmt::format(
      "scenecut=0:open-gop=0:b-adapt=0:b-pyramid=0:rc-lookahead=4:bframes=2:repeat-headers=0:log-level=none:"
      "info=0:"
      "pools={}:"
      "frame-threads=1",
      threads);
}

}  // namespace

int segment_frames(const LadderSettings& settings, AVRational frame_rate) {
  return std::max(1, static_cast<int>(std::lround(to_seconds(settings.segment) * av_q2d(frame_rate))));
}

Result<Encoder> Encoder::open_video(const LadderSettings& settings, const Rung& rung,
                                    const PictureFormat& format, PictureSize size, int id) {
  const bool h264 = settings.video == VideoCodec::h264;
  const char* name = h264 ? "libx264" : "libx265";
  const AVCodec* codec = find(name);
  if (!codec) return lacking(name);
  Owned<AVCodecContext> context(avcodec_alloc_context3(codec));
  context->width = size.width;
  context->height = size.height;
  context->sample_aspect_ratio = {1, 1};
  context->pix_fmt = AV_PIX_FMT_YUV420P;
  context->framerate = format.frame_rate;
  context->time_base = av_inv_q(format.frame_rate);
  context->color_range = AVCOL_RANGE_MPEG;
  context->colorspace = format.matrix;
  context->color_primaries = format.primaries;
  context->color_trc = format.transfer;
  context->bit_rate = rung.bitrate.bps();
  // A buffer that is full again at each picture makes the encoders cap every picture by itself. x265 is
  // careful: it needs more room to use as much of it.
  const auto bits = static_cast<double>(rung.bitrate.bps()) * longest_access_unit;
  const auto refill = static_cast<std::int64_t>(bits * av_q2d(format.frame_rate) * (h264 ? 1 : 1.1));
  context->rc_buffer_size = static_cast<int>(bits);
  context->rc_max_rate = std::max(refill, rung.bitrate.bps());
  context->gop_size = context->keyint_min = segment_frames(settings, format.frame_rate);
  context->max_b_frames = 2;
  context->thread_count = settings.threads;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
  if (!h264) context->codec_tag = MKTAG('h', 'v', 'c', '1');  // the tag that Apple's players accept
  Options options;
  options.set("preset", settings.preset);
  if (h264) {
    options.set("x264-params", h264_parameters(id)).set("a53cc", "0");
  } else {
    options.set("x265-params", h265_parameters(settings.threads));
  }
  return open(name, std::move(context), codec, options);
}

Result<Encoder> Encoder::open_audio(AudioCodec choice) {
  const bool aac = choice == AudioCodec::aac;
  const char* name = aac ? "aac" : "libopus";
  const AVCodec* codec = find(name);
  if (!codec) return lacking(name);
  Owned<AVCodecContext> context(avcodec_alloc_context3(codec));
  context->sample_rate = 48'000;
  context->time_base = {1, 48'000};
  context->ch_layout = AV_CHANNEL_LAYOUT_STEREO;
  context->sample_fmt = codec->sample_fmts[0];
  context->bit_rate = aac ? aac_rate : opus_rate;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  Options options;
  return open(name, std::move(context), codec, options);
}

Result<void> Encoder::push(const AVFrame* frame) {
  const int code = avcodec_send_frame(context_.get(), frame);
  if (code < 0)
    return std::unexpected(
        ffmpeg_error(Fault::unsupported, fmt::format("encode with {}", context_->codec->name), code));
  return {};
}

Result<std::optional<Owned<AVPacket>>> Encoder::pull() {
  auto packet = make_packet();
  const int code = avcodec_receive_packet(context_.get(), packet.get());
  if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return std::nullopt;
  if (code < 0)
    return std::unexpected(
        ffmpeg_error(Fault::unsupported, fmt::format("encode with {}", context_->codec->name), code));
  return packet;
}

Result<Encoder> Encoder::open(const char* name, Owned<AVCodecContext> context, const AVCodec* codec,
                              Options& options) {
  if (const int code = avcodec_open2(context.get(), codec, options.get()); code < 0)
    return std::unexpected(ffmpeg_error(
        Fault::unsupported,
        fmt::format("set up the encoder {} for {}x{}", name, context->width, context->height), code));
  Encoder encoder;
  encoder.context_ = std::move(context);
  return encoder;
}

}  // namespace avocet::codec
