#include "endpoints/codec/scaling.hpp"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace avocet::codec {
namespace {

constexpr double fastest = 60;

/// Clockwise quarter turns that make the picture upright: phones store how they were held.
int quarter_turns(const AVStream& stream) {
  const auto* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
  if (!matrix) return 0;
  const double degrees = -av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));
  if (std::isnan(degrees)) return 0;
  return ((static_cast<int>(std::lround(degrees / 90)) % 4) + 4) % 4;
}

std::string upright(int turns) {
  static constexpr std::array<const char*, 4> filters{"", "transpose=clock,", "hflip,vflip,",
                                                      "transpose=cclock,"};
  return filters[static_cast<std::size_t>(turns)];
}

/// 854x480 stands for 16:9: a shape that is less than a pixel off a usual one is that one.
AVRational usual_shape(AVRational shape, int height) {
  for (const AVRational usual : {AVRational{16, 9}, {4, 3}, {9, 16}, {3, 4}, {21, 9}})
    if (std::abs(av_q2d(shape) - av_q2d(usual)) * height < 1) return usual;
  return shape;
}

/// A constant rate near that of the source: cameras and screen recorders that vary get the next usual one.
AVRational constant_rate(const Source& source) {
  AVRational rate = source.frame_rate();
  if (rate.num <= 0) return {25, 1};
  if (!source.constant_frame_rate() && source.video().avg_frame_rate.num > 0) {
    const double average = av_q2d(source.video().avg_frame_rate);
    for (const int usual : {10, 15, 24, 25, 30, 50, 60})
      if (average <= usual * 1.01) return {usual, 1};
    return {60, 1};
  }
  if (const double n = std::ceil(av_q2d(rate) / (fastest * 1.001)); n > 1)
    rate = av_div_q(rate, {static_cast<int>(n), 1});
  if (rate.num > 120'000 || rate.den > 120'000) av_reduce(&rate.num, &rate.den, rate.num, rate.den, 100'000);
  return rate;
}

}  // namespace

PictureFormat picture_format(const Source& source, const AVFrame& first) {
  PictureFormat format;
  format.frame_rate = constant_rate(source);
  AVRational pixel = first.sample_aspect_ratio;
  if (pixel.num <= 0 || pixel.den <= 0) pixel = {1, 1};
  format.shape = av_mul_q({first.width, first.height}, pixel);
  format.shape = usual_shape(format.shape, first.height);
  if (quarter_turns(source.video()) % 2) format.shape = av_inv_q(format.shape);

  const AVPixFmtDescriptor* pixels = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(first.format));
  const bool rgb = pixels && (pixels->flags & AV_PIX_FMT_FLAG_RGB);
  const bool standard = first.colorspace == AVCOL_SPC_SMPTE170M || first.colorspace == AVCOL_SPC_BT470BG ||
                        (first.colorspace == AVCOL_SPC_UNSPECIFIED && !rgb && first.height < 720);
  format.matrix = standard ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709;
  format.primaries = first.color_primaries;
  format.transfer = first.color_trc;
  return format;
}

PictureSize rendition_size(const PictureFormat& format, int height) {
  const int even_height = height / 2 * 2;
  const double width = even_height * av_q2d(format.shape);
  // 32 is the least that both encoders take, 8192 the most that decoders do.
  return {std::clamp(static_cast<int>(std::lround(width / 2)) * 2, 32, 8192), even_height};
}

Result<Filters> Filters::for_video(const Source& source, const AVFrame& first, const PictureFormat& format,
                                   const std::vector<PictureSize>& sizes, int threads) {
  Filters filters;
  filters.origin_ = first.pts;
  filters.graph_.reset(avfilter_graph_alloc());
  filters.graph_->nb_threads = threads;
  const AVRational base = source.video().time_base;
  const AVRational rate = source.frame_rate().num > 0 ? source.frame_rate() : AVRational{25, 1};
  const auto field_order = source.video().codecpar->field_order;
  const bool interlaced = field_order != AV_FIELD_PROGRESSIVE && field_order != AV_FIELD_UNKNOWN;
  auto description = fmt::format(
      "buffer@in=video_size={}x{}:pix_fmt={}:time_base={}/{}:frame_rate={}/{},{}{}fps=fps={}/"
      "{}:start_time=0:round=near,split={}",
      first.width, first.height, first.format, base.num, base.den, rate.num, rate.den,
      interlaced ? "yadif," : "", upright(quarter_turns(source.video())), format.frame_rate.num,
      format.frame_rate.den, sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) description += fmt::format("[copy{}]", i);
  for (std::size_t i = 0; i < sizes.size(); ++i)
    description += fmt::format(
        ";[copy{0}]scale={1}:{2}:flags=bicubic:out_color_matrix={3}:out_range=tv,format=yuv420p,setsar=1,"
        "buffersink@{0}",
        i, sizes[i].width, sizes[i].height, format.matrix == AVCOL_SPC_BT709 ? "bt709" : "smpte170m");
  if (auto ready = filters.configure(description, "buffersink", sizes.size()); !ready)
    return std::unexpected(ready.error());
  return filters;
}

Result<Filters> Filters::for_audio(const Source& source, const AVFrame& first, std::int64_t origin,
                                   AVSampleFormat format, int samples) {
  Filters filters;
  filters.origin_ = origin;
  filters.graph_.reset(avfilter_graph_alloc());
  const AVRational base = source.audio()->time_base;
  AVChannelLayout layout{};
  av_channel_layout_copy(&layout, &first.ch_layout);
  if (layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    const int channels = layout.nb_channels;
    av_channel_layout_default(&layout, channels);
  }
  std::array<char, 128> name{};
  av_channel_layout_describe(&layout, name.data(), name.size());
  av_channel_layout_uninit(&layout);
  const auto description = fmt::format(
      "abuffer@in=time_base={}/"
      "{}:sample_rate={}:sample_fmt={}:channel_layout={},aresample=48000:async=1:first_pts=0,"
      "aformat=sample_fmts={}:sample_rates=48000:channel_layouts=stereo,abuffersink@0",
      base.num, base.den, first.sample_rate, first.format, name.data(), av_get_sample_fmt_name(format));
  if (auto ready = filters.configure(description, "abuffersink", 1); !ready)
    return std::unexpected(ready.error());
  if (samples > 0) av_buffersink_set_frame_size(filters.out_[0], static_cast<unsigned>(samples));
  return filters;
}

Result<void> Filters::push(Owned<AVFrame> frame) {
  int code = 0;
  if (frame) {
    frame->pts -= origin_;
    end_ = frame->pts + std::max<std::int64_t>(frame->pkt_duration, 0);
    code = av_buffersrc_add_frame(in_, frame.get());
  } else {
    code =
        av_buffersrc_close(in_, end_, 0);  // when the last picture ends, or the rate conversion leaves it out
  }
  if (code < 0)
    return std::unexpected(ffmpeg_error(Fault::unsupported, "convert the source's pictures or sound", code));
  return {};
}

std::optional<Owned<AVFrame>> Filters::pull(std::size_t output) {
  auto frame = make_frame();
  if (av_buffersink_get_frame(out_[output], frame.get()) < 0) return {};
  return frame;
}

Result<void> Filters::configure(const std::string& description, const char* sink, std::size_t outputs) {
  AVFilterInOut *inputs = nullptr, *ends = nullptr;
  int code = avfilter_graph_parse2(graph_.get(), description.c_str(), &inputs, &ends);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&ends);
  if (code >= 0) code = avfilter_graph_config(graph_.get(), nullptr);
  if (code < 0)
    return std::unexpected(ffmpeg_error(Fault::unsupported, "set up the conversion of the source", code));
  in_ = graph_->filters[0];
  for (std::size_t i = 0; i < outputs; ++i)
    out_.push_back(avfilter_graph_get_filter(graph_.get(), fmt::format("{}@{}", sink, i).c_str()));
  return {};
}

}  // namespace avocet::codec
