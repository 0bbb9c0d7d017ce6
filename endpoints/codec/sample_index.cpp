#include "endpoints/codec/sample_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <span>

#include "endpoints/codec/ffmpeg.hpp"

namespace avocet::codec {
namespace {

constexpr const char* remake = "make it again with `avocet-server add FILE --name NAME --library DIR`";

struct Range {
  std::int64_t begin, end;
};

std::uint64_t big_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (const auto byte : bytes) value = value << 8 | std::to_integer<std::uint64_t>(byte);
  return value;
}

/// The media data boxes of an mp4 (ISO/IEC 14496-12 section 4.2: size, type, 64-bit size when the first is
/// 1).
std::vector<Range> media_data(const MediaFile& file) {
  std::vector<Range> ranges;
  std::array<std::byte, 16> head;
  for (std::int64_t at = 0; at + 16 <= file.size() && file.read(at, head);) {
    const auto bytes = std::span<const std::byte>(head);
    std::uint64_t size = big_endian(bytes.first(4)), header = 8;
    if (size == 1) size = big_endian(bytes.subspan(8)), header = 16;
    if (size == 0) size = static_cast<std::uint64_t>(file.size() - at);
    if (size < header || size > static_cast<std::uint64_t>(file.size() - at)) break;
    if (std::memcmp(head.data() + 4, "mdat", 4) == 0)
      ranges.push_back({at + static_cast<std::int64_t>(header), at + static_cast<std::int64_t>(size)});
    at += static_cast<std::int64_t>(size);
  }
  return ranges;
}

/// Gives FFmpeg's demuxer the file without its media: there it reads bytes of no meaning at no cost, because
/// only sizes and positions are asked of it.
class TablesOnly {
 public:
  explicit TablesOnly(const MediaFile& file) : file_(file), media_(media_data(file)) {
    constexpr int buffer_size = 32 << 10;
    context_ = avio_alloc_context(static_cast<std::uint8_t*>(av_mallocz(buffer_size)), buffer_size, 0, this,
                                  read, nullptr, seek);
  }
  ~TablesOnly() {
    av_freep(static_cast<void*>(&context_->buffer));
    avio_context_free(&context_);
  }
  TablesOnly(const TablesOnly&) = delete;
  TablesOnly& operator=(const TablesOnly&) = delete;

  AVIOContext* context() { return context_; }

 private:
  static int read(void* self, std::uint8_t* into, int size) {
    return static_cast<TablesOnly*>(self)->read(
        {reinterpret_cast<std::byte*>(into), static_cast<std::size_t>(size)});
  }
  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    auto& tables = *static_cast<TablesOnly*>(self);
    if (whence & AVSEEK_SIZE) return tables.file_.size();
    const int from = whence & ~AVSEEK_FORCE;
    return tables.at_ = offset + (from == SEEK_CUR ? tables.at_ : from == SEEK_END ? tables.file_.size() : 0);
  }
  int read(ByteSpan into) {
    std::int64_t end = file_.size();
    bool blind = false;
    for (const auto& range : media_) {
      if (at_ < range.begin) end = std::min(end, range.begin);
      if (at_ >= range.begin && at_ < range.end) blind = true, end = range.end;
    }
    const auto n = std::min<std::int64_t>(static_cast<std::int64_t>(into.size()), end - at_);
    if (n <= 0) return AVERROR_EOF;
    if (!blind && !file_.read(at_, into.first(static_cast<std::size_t>(n)))) return AVERROR(EIO);
    at_ += n;
    return static_cast<int>(n);
  }

  const MediaFile& file_;
  std::vector<Range> media_;
  std::int64_t at_ = 0;
  AVIOContext* context_ = nullptr;
};

media::TrackConfig describe(const AVStream& stream) {
  const AVCodecParameters& codec = *stream.codecpar;
  media::TrackConfig config;
  config.codec = avcodec_get_name(codec.codec_id);
  config.timebase = {static_cast<std::uint32_t>(stream.time_base.num),
                     static_cast<std::uint32_t>(stream.time_base.den)};
  if (codec.codec_type == AVMEDIA_TYPE_VIDEO) {
    config.width = static_cast<std::uint16_t>(codec.width);
    config.height = static_cast<std::uint16_t>(codec.height);
  } else {
    config.kind = media::Kind::audio;
    config.sample_rate = static_cast<std::uint32_t>(codec.sample_rate);
    config.channels = static_cast<std::uint8_t>(codec.ch_layout.nb_channels);
  }
  const auto extradata =
      std::as_bytes(std::span(codec.extradata, static_cast<std::size_t>(codec.extradata_size)));
  config.extradata.assign(extradata.begin(), extradata.end());
  return config;
}

std::uint32_t mean_rate(const TrackIndex& track) {
  std::int64_t bytes = 0, ticks = 0;
  for (const auto& sample : track.samples) bytes += sample.size, ticks += sample.duration;
  const auto length = media::to_duration(ticks, track.config.timebase);
  if (length <= Duration::zero()) return 0;
  const double rate = static_cast<double>(bytes) * 8 / to_seconds(length);
  return static_cast<std::uint32_t>(std::min(rate, double(std::numeric_limits<std::uint32_t>::max())));
}

Result<void> check_codec(const MediaFile& file, const TrackIndex& track) {
  static constexpr std::array<std::string_view, 4> known{"h264", "hevc", "aac", "opus"};
  if (std::ranges::find(known, track.config.codec) != known.end()) return {};
  return fail(Fault::unsupported, fmt::format("'{}' holds {}", file.name(), track.config.codec),
              "Avocet carries h264 and hevc video, aac and opus audio; " + std::string(remake));
}

/// Every GOP must stand alone: what is decoded after a key frame is shown after it, what came before it,
/// before.
Result<void> check_gops(const MediaFile& file, const TrackIndex& video) {
  const auto refuse = [&](std::int64_t pts, const char* what) {
    return fail(Fault::unsupported,
                fmt::format("'{}' cannot be cut at {:.3f} s: {}", file.name(),
                            to_seconds(media::to_duration(pts, video.config.timebase)), what),
                std::string("encode it with closed GOPs (x264: open-gop=0), or ") + remake);
  };
  if (!video.samples.front().key)
    return refuse(video.samples.front().pts, "the first frame is not a key frame");
  std::int64_t key = 0, latest = std::numeric_limits<std::int64_t>::min();
  for (const auto& sample : video.samples) {
    if (sample.key) {
      key = sample.pts;
      if (key <= latest) return refuse(key, "frames before the key frame are shown after it");
    }
    if (sample.pts < key) return refuse(key, "frames after the key frame are shown before it (open GOP)");
    latest = std::max(latest, sample.pts);
  }
  return {};
}

TrackIndex* choose(FileIndex& index, const AVStream& stream) {
  if (stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO) return &index.video;
  return &index.audio.emplace();
}

}  // namespace

Result<FileIndex> read_index(const MediaFile& file, bool with_audio) {
  listen_to_ffmpeg();
  TablesOnly tables(file);
  AVFormatContext* context = avformat_alloc_context();
  context->pb = tables.context();
  context->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_CUSTOM_IO;
  Options options;
  options.set("ignore_chapters", "1");  // chapter names lie in the media
  const int code = avformat_open_input(&context, nullptr, av_find_input_format("mp4"), options.get());
  if (code < 0)
    return std::unexpected(
        ffmpeg_error(Fault::unreadable, fmt::format("read '{}' as an mp4 file", file.name()), code, remake));
  const Owned<AVFormatContext> format(context);

  FileIndex index;
  std::vector<TrackIndex*> tracks(context->nb_streams);
  for (const auto type : {AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO}) {
    const int best = av_find_best_stream(context, type, -1, -1, nullptr, 0);
    if (best < 0 || (type == AVMEDIA_TYPE_AUDIO && !with_audio)) continue;
    const AVStream& stream = *context->streams[best];
    TrackIndex* track = tracks[static_cast<std::size_t>(best)] = choose(index, stream);
    track->config = describe(stream);
    track->samples.reserve(static_cast<std::size_t>(std::max(avformat_index_get_entries_count(&stream), 0)));
    if (auto good = check_codec(file, *track); !good) return std::unexpected(good.error());
  }
  for (std::size_t i = 0; i < tracks.size(); ++i)
    if (!tracks[i]) context->streams[i]->discard = AVDISCARD_ALL;

  const auto packet = make_packet();
  while (av_read_frame(context, packet.get()) >= 0) {
    if (TrackIndex* track = tracks[static_cast<std::size_t>(packet->stream_index)]; track && packet->size > 0)
      track->samples.push_back(
          {packet->pts, packet->dts, packet->pos, static_cast<std::uint32_t>(packet->size),
           static_cast<std::uint32_t>(std::clamp<std::int64_t>(packet->duration, 0, UINT32_MAX)),
           (packet->flags & AV_PKT_FLAG_KEY) != 0});
    av_packet_unref(packet.get());
  }
  if (index.video.samples.empty())
    return fail(Fault::unsupported, fmt::format("'{}' has no video", file.name()), remake);
  if (auto closed = check_gops(file, index.video); !closed) return std::unexpected(closed.error());
  index.video.config.bitrate = mean_rate(index.video);
  if (index.audio && index.audio->samples.empty()) index.audio.reset();
  if (index.audio) index.audio->config.bitrate = mean_rate(*index.audio);
  return index;
}

}  // namespace avocet::codec
