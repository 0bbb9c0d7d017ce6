#include "endpoints/codec/ffmpeg.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdarg>
#include <cstring>
#include <new>

namespace avocet::codec {
namespace {

thread_local std::string last_line;

void keep_line(void* source, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) return;
  std::array<char, 512> line;
  int prefix = 0;  // no "[mov @ 0x...]" in front
  av_log_format_line2(source, level, format, arguments, line.data(), static_cast<int>(line.size()), &prefix);
  last_line = line.data();
  while (!last_line.empty() && (last_line.back() == '\n' || last_line.back() == '.')) last_line.pop_back();
}

template <class T>
T* or_throw(T* p) {
  if (!p) throw std::bad_alloc();
  return p;
}

}  // namespace

void Release::operator()(AVFormatContext* p) const {
  if (p->iformat) return avformat_close_input(&p);
  if (p->oformat && !(p->oformat->flags & AVFMT_NOFILE)) avio_closep(&p->pb);
  avformat_free_context(p);
}

Owned<AVPacket> make_packet() { return Owned<AVPacket>(or_throw(av_packet_alloc())); }
Owned<AVFrame> make_frame() { return Owned<AVFrame>(or_throw(av_frame_alloc())); }

Owned<AVPacket> make_packet(const media::Frame& frame) {
  auto packet = make_packet();
  if (av_new_packet(packet.get(), static_cast<int>(frame.size())) < 0) throw std::bad_alloc();
  if (frame.size()) std::memcpy(packet->data, frame.payload->data(), frame.size());
  packet->pts = frame.pts;
  packet->dts = frame.pts - frame.reorder;
  packet->duration = frame.duration;
  if (frame.key) packet->flags |= AV_PKT_FLAG_KEY;
  return packet;
}

Result<void> describe_track(const media::TrackConfig& config, AVCodecParameters& out) {
  const AVCodecDescriptor* codec = avcodec_descriptor_get_by_name(config.codec.c_str());
  const auto type = config.kind == media::Kind::video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
  if (!codec || codec->type != type)
    return fail(Fault::unsupported, fmt::format("this FFmpeg knows no {} codec '{}'",
                                                av_get_media_type_string(type), config.codec));
  out.codec_type = type;
  out.codec_id = codec->id;
  out.bit_rate = config.bitrate;
  out.width = config.width;
  out.height = config.height;
  out.sample_rate = static_cast<int>(config.sample_rate);
  if (config.channels) av_channel_layout_default(&out.ch_layout, config.channels);
  if (config.extradata.empty()) return {};
  out.extradata =
      static_cast<std::uint8_t*>(av_mallocz(config.extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (!out.extradata) throw std::bad_alloc();
  out.extradata_size = static_cast<int>(config.extradata.size());
  std::memcpy(out.extradata, config.extradata.data(), config.extradata.size());
  return {};
}

Result<Owned<AVCodecContext>> open_decoder(const media::TrackConfig& config, int threads, int thread_type) {
  listen_to_ffmpeg();
  AVCodecParameters* parameters = avcodec_parameters_alloc();
  auto described = describe_track(config, *parameters);
  const AVCodec* codec = described ? avcodec_find_decoder(parameters->codec_id) : nullptr;
  Owned<AVCodecContext> context(avcodec_alloc_context3(codec));
  int code = avcodec_parameters_to_context(context.get(), parameters);
  avcodec_parameters_free(&parameters);
  if (!described) return std::unexpected(described.error());
  context->pkt_timebase = rational(config.timebase);
  context->thread_count = threads;
  context->thread_type = thread_type;
  if (code >= 0) code = codec ? avcodec_open2(context.get(), codec, nullptr) : AVERROR_DECODER_NOT_FOUND;
  if (code < 0)
    return std::unexpected(
        ffmpeg_error(Fault::unsupported, fmt::format("decode {} {}", config.codec, config.rendition), code));
  return context;
}

Options& Options::set(const char* key, const std::string& value) {
  if (av_dict_set(&dictionary_, key, value.c_str(), 0) < 0) throw std::bad_alloc();
  return *this;
}

void listen_to_ffmpeg() {
  static const bool once = (av_log_set_callback(keep_line), true);
  static_cast<void>(once);
  last_line.clear();
}

std::string explain(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  std::string result = text.data();
  if (!last_line.empty() && last_line.find(result) == std::string::npos) result += " (" + last_line + ")";
  last_line.clear();
  return result;
}

Error ffmpeg_error(Fault fault, const std::string& what, int code, std::string remedy) {
  return {fault, "cannot " + what + ": " + explain(code), std::move(remedy)};
}

}  // namespace avocet::codec
