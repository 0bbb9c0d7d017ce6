#include "endpoints/codec/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include "endpoints/codec/ffmpeg.hpp"
#include "protocol/media/nal.hpp"

namespace avocet::codec {
namespace {

/// Sound that waits for the first picture: about 20 s of AAC.
constexpr std::size_t most_waiting = 1'000;
constexpr AVRational nanoseconds{1, 1'000'000'000};

/// OpusHead, RFC 7845 section 5.1: bytes 10 and 11, little-endian, samples at 48 kHz.
int opus_pre_skip(const media::TrackConfig& config) {
  if (config.codec != "opus" || config.extradata.size() < 12) return 0;
  return std::to_integer<int>(config.extradata[10]) | std::to_integer<int>(config.extradata[11]) << 8;
}

Duration time_of(const media::TrackConfig& config, std::int64_t ticks) {
  return media::to_duration(ticks, config.timebase);
}

}  // namespace

struct Recorder::State {
  std::filesystem::path file;
  std::vector<media::TrackConfig> tracks;
  Owned<AVFormatContext> format;
  AVStream *video = nullptr, *audio = nullptr;
  std::optional<std::size_t> rendition;  ///< of the video frame written last
  bool running = false;                  ///< a key frame has begun the recording, or continued it after a cut
  bool repeat_parameters = false;
  bool header_written = false, closed = false;
  Duration shift{};     ///< recording's time - title's time
  Duration position{};  ///< end of the last picture
  Duration audio_delay{};
  std::int64_t last_dts[2] = {AV_NOPTS_VALUE, AV_NOPTS_VALUE};
  std::deque<std::pair<std::size_t, media::Frame>> waiting;
  std::uint64_t video_frames = 0, audio_frames = 0, switches = 0;
  std::optional<Error> failed;

  Result<void> write_video(std::size_t track, const media::Frame&);
  Result<void> write_audio(std::size_t track, const media::Frame&);
  Result<void> begin(std::size_t track, const media::Frame& key);
  Result<void> write_header(std::size_t track);
  Result<void> add_stream(AVStream*& stream, const media::TrackConfig&);
  Result<void> change_rendition(std::size_t track);
  Result<void> write_packet(AVStream&, const media::TrackConfig&, const media::Frame&, Owned<AVPacket>);
  Error error(int code) const {
    return ffmpeg_error(Fault::unwritable, fmt::format("write the recording '{}'", file.string()), code,
                        "check the folder's permissions and the free space");
  }
};

Result<Recorder> Recorder::open(std::filesystem::path file, std::vector<media::TrackConfig> tracks) {
  listen_to_ffmpeg();
  const auto extension = file.extension();
  if (extension != ".mkv" && extension != ".mp4")
    return fail(Fault::unsupported,
                fmt::format("cannot record to '{}': its ending names no format", file.string()),
                "use a name that ends in .mkv or .mp4");
  auto state = std::make_unique<State>();
  state->file = std::move(file);
  state->tracks = std::move(tracks);
  AVFormatContext* format = nullptr;
  int code = avformat_alloc_output_context2(&format, nullptr, extension == ".mkv" ? "matroska" : "mp4",
                                            state->file.c_str());
  if (code < 0) return std::unexpected(state->error(code));
  state->format.reset(format);
  format->flags |= AVFMT_FLAG_FLUSH_PACKETS;
  code = avio_open(&format->pb, state->file.c_str(), AVIO_FLAG_WRITE);
  if (code < 0) return std::unexpected(state->error(code));
  return Recorder(std::move(state));
}

Recorder::Recorder(std::unique_ptr<State> state) : state_(std::move(state)) {}
Recorder::Recorder(Recorder&&) noexcept = default;
Recorder& Recorder::operator=(Recorder&& other) noexcept {
  if (state_) std::ignore = close();
  state_ = std::move(other.state_);
  return *this;
}
Recorder::~Recorder() {
  if (state_) std::ignore = close();
}

Result<void> Recorder::write(std::size_t track, const media::Frame& frame) {
  if (state_->failed || state_->closed || track >= state_->tracks.size() || frame.size() == 0) return {};
  const bool is_video = state_->tracks[track].kind == media::Kind::video;
  auto written = is_video ? state_->write_video(track, frame) : state_->write_audio(track, frame);
  if (!written) state_->failed = written.error();
  return written;
}

void Recorder::cut() {
  state_->running = false;
  state_->waiting.clear();
}

Result<void> Recorder::close() {
  if (std::exchange(state_->closed, true)) return {};
  const int code = state_->header_written ? av_write_trailer(state_->format.get()) : 0;
  const int closed = avio_closep(&state_->format->pb);
  if (!state_->header_written) {
    std::error_code ignored;
    std::filesystem::remove(state_->file, ignored);
  }
  if (state_->failed || (code >= 0 && closed >= 0)) return {};
  return std::unexpected(state_->error(code < 0 ? code : closed));
}

std::uint64_t Recorder::video_frames() const { return state_->video_frames; }
std::uint64_t Recorder::audio_frames() const { return state_->audio_frames; }
std::uint64_t Recorder::switches() const { return state_->switches; }

Result<void> Recorder::State::write_video(std::size_t track, const media::Frame& frame) {
  if (!running || rendition != track) {
    if (!frame.key) return {};
    if (rendition && rendition != track)
      if (auto changed = change_rendition(track); !changed) return changed;
    rendition = track;
    if (!running)
      if (auto begun = begin(track, frame); !begun) return begun;
  }
  const auto& config = tracks[track];
  auto packet = make_packet(frame);
  if (repeat_parameters && frame.key) {
    const Bytes sets = parameter_sets(config);
    if (av_grow_packet(packet.get(), static_cast<int>(sets.size())) < 0)
      return std::unexpected(error(AVERROR(ENOMEM)));
    std::memmove(packet->data + sets.size(), packet->data, frame.size());
    std::ranges::copy(sets, reinterpret_cast<std::byte*>(packet->data));
  }
  ++video_frames;
  position = std::max(position, time_of(config, frame.pts + frame.duration) + shift);
  return write_packet(*video, config, frame, std::move(packet));
}

Result<void> Recorder::State::write_audio(std::size_t track, const media::Frame& frame) {
  if (!running) {
    if (waiting.size() == most_waiting) waiting.pop_front();
    waiting.emplace_back(track, frame);
    return {};
  }
  const auto& config = tracks[track];
  if (!audio || time_of(config, frame.pts) + shift + audio_delay < Duration::zero()) return {};
  ++audio_frames;
  return write_packet(*audio, config, frame, make_packet(frame));
}

Result<void> Recorder::State::begin(std::size_t track, const media::Frame& key) {
  if (!header_written)
    if (auto written = write_header(track); !written) return written;
  shift = position - time_of(tracks[track], key.pts);
  running = true;
  for (const auto& [from, frame] : std::exchange(waiting, {}))
    if (time_of(tracks[from], frame.pts) + shift >= position || position == Duration::zero())
      if (auto written = write_audio(from, frame); !written) return written;
  return {};
}

Result<void> Recorder::State::write_header(std::size_t track) {
  if (auto added = add_stream(video, tracks[track]); !added) return added;
  const auto sound = std::ranges::find(tracks, media::Kind::audio, &media::TrackConfig::kind);
  if (sound != tracks.end())
    if (auto added = add_stream(audio, *sound); !added) return added;
  // Matroska's times include the samples that an Opus decoder throws away (CodecDelay); the title's do not.
  if (audio && file.extension() == ".mkv")
    audio_delay =
        std::chrono::nanoseconds(av_rescale_q(audio->codecpar->initial_padding, {1, 48'000}, nanoseconds));
  Options options;
  options.set("cluster_time_limit", "1000");  // ms; a cluster reaches the disk when it is complete
  options.set("movflags", "frag_keyframe+delay_moov+default_base_moof");
  if (const int code = avformat_write_header(format.get(), options.get()); code < 0)
    return std::unexpected(error(code));
  header_written = true;
  return {};
}

Result<void> Recorder::State::add_stream(AVStream*& stream, const media::TrackConfig& config) {
  stream = avformat_new_stream(format.get(), nullptr);
  stream->time_base = rational(config.timebase);
  stream->codecpar->initial_padding = opus_pre_skip(config);
  return describe_track(config, *stream->codecpar);
}

Result<void> Recorder::State::change_rendition(std::size_t track) {
  const auto &from = tracks[*rendition], &to = tracks[track];
  if (from.codec != to.codec || nal_length_size(from) != nal_length_size(to) || parameter_sets(to).empty())
    return fail(Fault::unsupported,
                fmt::format("the recording '{}' ends here: {} ({}) and {} ({}) do not fit into one track",
                            file.string(), from.rendition, from.codec, to.rendition, to.codec),
                "record with a fixed rendition (--rendition)");
  ++switches;
  repeat_parameters = true;
  return {};
}

Result<void> Recorder::State::write_packet(AVStream& stream, const media::TrackConfig& config,
                                           const media::Frame& frame, Owned<AVPacket> packet) {
  const bool is_video = stream.index == video->index;
  const Duration moved = is_video ? shift : shift + audio_delay;
  const auto ticks = [&](Duration t) { return av_rescale_q(t.count(), nanoseconds, stream.time_base); };
  packet->stream_index = stream.index;
  packet->pts = ticks(time_of(config, frame.pts) + moved);
  packet->duration = ticks(time_of(config, frame.duration));
  // Renditions may reorder by different distances; a decode time never runs back.
  auto& last = last_dts[is_video ? 0 : 1];
  packet->dts = ticks(time_of(config, frame.pts - frame.reorder) + moved);
  if (last != AV_NOPTS_VALUE && packet->dts <= last) packet->dts = last + 1;
  packet->pts = std::max(packet->pts, packet->dts);
  last = packet->dts;
  if (const int code = av_write_frame(format.get(), packet.get()); code < 0)
    return std::unexpected(error(code));
  return {};
}

}  // namespace avocet::codec
