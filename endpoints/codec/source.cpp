#include "endpoints/codec/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace avocet::codec {
namespace {

int is_stopped(void* flag) { return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0; }

Error stopped() { return {Fault::stopped, "stopped", {}}; }

}  // namespace

Result<Source> Source::open(const std::string& url, int threads, const std::atomic<bool>& stop) {
  listen_to_ffmpeg();
  Source source;
  source.url_ = url;
  source.stop_ = &stop;
  source.packet_ = make_packet();
  AVFormatContext* format = avformat_alloc_context();
  format->interrupt_callback = {is_stopped, const_cast<std::atomic<bool>*>(&stop)};
  if (const int code = avformat_open_input(&format, url.c_str(), nullptr, nullptr);
      code < 0) {  // frees on failure
    if (stop) return std::unexpected(stopped());
    const char* remedy = code == AVERROR(ENOENT)
                             ? "check the path"
                             : "check that it is a complete video file: `ffprobe FILE` must read it";
    return std::unexpected(ffmpeg_error(Fault::unreadable, fmt::format("open '{}'", url), code, remedy));
  }
  source.format_.reset(format);
  if (const int code = avformat_find_stream_info(format, nullptr); code < 0)
    return std::unexpected(
        ffmpeg_error(Fault::unreadable, fmt::format("read the streams of '{}'", url), code));

  auto video = source.open_stream(AVMEDIA_TYPE_VIDEO, threads);
  if (!video) return std::unexpected(video.error());
  source.video_ = std::move(*video);
  if (source.video_.index < 0 || (source.video().disposition & AV_DISPOSITION_ATTACHED_PIC))
    return fail(Fault::unsupported, fmt::format("'{}' has no moving picture", url),
                "choose a file with a video track");
  auto audio = source.open_stream(AVMEDIA_TYPE_AUDIO, 1);
  if (!audio) return std::unexpected(audio.error());
  source.audio_ = std::move(*audio);
  for (unsigned i = 0; i < format->nb_streams; ++i) {
    const int index = static_cast<int>(i);
    if (index != source.video_.index && index != source.audio_.index)
      format->streams[i]->discard = AVDISCARD_ALL;
  }
  return source;
}

Result<Source::Stream> Source::open_stream(AVMediaType type, int threads) {
  Stream stream;
  const AVCodec* codec = nullptr;
  const int index = av_find_best_stream(format_.get(), type, -1, -1, &codec, 0);
  if (index == AVERROR_STREAM_NOT_FOUND) return stream;
  const auto what = fmt::format("decode the {} of '{}'", av_get_media_type_string(type), url_);
  if (index < 0) return std::unexpected(ffmpeg_error(Fault::unsupported, what, index));
  const AVStream* origin = format_->streams[index];
  stream.decoder.reset(avcodec_alloc_context3(codec));
  int code = avcodec_parameters_to_context(stream.decoder.get(), origin->codecpar);
  stream.decoder->pkt_timebase = origin->time_base;
  stream.decoder->thread_count = threads;
  if (code >= 0) code = avcodec_open2(stream.decoder.get(), codec, nullptr);
  if (code < 0) return std::unexpected(ffmpeg_error(Fault::unsupported, what, code));
  stream.index = index;
  return stream;
}

Result<std::optional<Decoded>> Source::next() {
  for (;;) {
    if (*stop_) return std::unexpected(stopped());
    if (auto picture = take(video_, media::Kind::video)) return picture;
    if (auto sound = take(audio_, media::Kind::audio)) return sound;
    if (ended_) return std::nullopt;
    if (auto fed = feed(); !fed) return std::unexpected(fed.error());
  }
}

AVRational Source::frame_rate() const {
  AVStream* stream = format_->streams[video_.index];
  const AVRational rate = av_guess_frame_rate(format_.get(), stream, nullptr);
  return rate.num > 0 && rate.den > 0 ? rate : AVRational{0, 1};
}

bool Source::constant_frame_rate() const {
  const AVRational real = video().r_frame_rate, average = video().avg_frame_rate;
  if (real.num <= 0 || average.num <= 0) return false;
  return std::abs(av_q2d(real) / av_q2d(average) - 1) < 0.02;
}

Duration Source::duration() const {
  if (format_->duration <= 0) return {};
  return seconds_of(static_cast<double>(format_->duration) / AV_TIME_BASE);
}

Result<void> Source::feed() {
  const int code = av_read_frame(format_.get(), packet_.get());
  if (code < 0) {
    if (*stop_) return std::unexpected(stopped());
    if (code != AVERROR_EOF) {
      ++errors_;  // what was read so far is still worth having
      if (pictures_ == 0)
        return std::unexpected(ffmpeg_error(Fault::unreadable, fmt::format("read '{}'", url_), code));
    }
    ended_ = true;
    for (Stream* stream : {&video_, &audio_})
      if (stream->decoder) avcodec_send_packet(stream->decoder.get(), nullptr);
    return {};
  }
  for (Stream* stream : {&video_, &audio_}) {
    if (packet_->stream_index != stream->index) continue;
    if (avcodec_send_packet(stream->decoder.get(), packet_.get()) < 0) ++errors_;
  }
  av_packet_unref(packet_.get());
  return {};
}

std::optional<Decoded> Source::take(Stream& stream, media::Kind kind) {
  if (!stream.decoder || stream.drained) return {};
  auto frame = make_frame();
  for (;;) {
    const int code = avcodec_receive_frame(stream.decoder.get(), frame.get());
    if (code == AVERROR_EOF) stream.drained = true;
    if (code == AVERROR_EOF || code == AVERROR(EAGAIN)) return {};
    if (code >= 0) break;
    ++errors_;
  }
  if (frame->decode_error_flags || (frame->flags & AV_FRAME_FLAG_CORRUPT)) ++errors_;
  frame->pts = frame->best_effort_timestamp;
  if (frame->pts == AV_NOPTS_VALUE) frame->pts = stream.next_pts;
  const AVStream* origin = format_->streams[stream.index];
  std::int64_t length = frame->pkt_duration;
  if (kind == media::Kind::audio)
    length = av_rescale_q(frame->nb_samples, {1, frame->sample_rate}, origin->time_base);
  if (length <= 0 && frame_rate().num > 0)
    length = av_rescale_q(1, av_inv_q(frame_rate()), origin->time_base);
  frame->pkt_duration = std::max<std::int64_t>(length, 1);
  stream.next_pts = frame->pts + frame->pkt_duration;
  if (kind == media::Kind::video) ++pictures_;
  return Decoded{kind, std::move(frame)};
}

}  // namespace avocet::codec
