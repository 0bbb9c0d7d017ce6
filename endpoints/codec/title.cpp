#include "endpoints/codec/title.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "endpoints/codec/alignment.hpp"
#include "endpoints/codec/media_file.hpp"
#include "endpoints/codec/sample_index.hpp"
#include "protocol/media/nal.hpp"

namespace avocet::codec {

struct Title::Track {
  std::shared_ptr<const MediaFile> file;
  std::vector<Sample> samples;
  std::vector<std::size_t> first;  ///< sample at which each segment begins, and where the last one ends
};

namespace {

/// A segment is what is sent, kept and cancelled as one.
constexpr Duration longest_segment = 10s;
/// How much sound a title keeps after its last picture.
constexpr Duration longest_tail = 1s;

/// Audio samples by the segment in which they begin; samples long after the end are left out.
std::vector<std::size_t> divide_audio(const TrackIndex& audio, const std::vector<Duration>& starts,
                                      Duration end) {
  std::vector<std::size_t> first{0};
  std::size_t at = 0;
  const auto time = [&](std::size_t i) {
    return media::to_duration(audio.samples[i].pts, audio.config.timebase);
  };
  for (std::size_t segment = 1; segment <= starts.size(); ++segment) {
    const auto next = segment < starts.size() ? starts[segment] : end + longest_tail;
    while (at < audio.samples.size() && time(at) < next) ++at;
    first.push_back(at);
  }
  return first;
}

std::vector<std::size_t> divide_video(const TrackIndex& video) {
  std::vector<std::size_t> first;
  for (std::size_t i = 0; i < video.samples.size(); ++i)
    if (video.samples[i].key) first.push_back(i);
  first.push_back(video.samples.size());
  return first;
}

Duration end_of(const TrackIndex& track) {
  Duration end = Duration::min();
  for (const auto& sample : track.samples)
    end = std::max(end, media::to_duration(sample.pts + sample.duration, track.config.timebase));
  return end;
}

Result<void> check_length(const std::string& file, const std::vector<Duration>& starts, Duration end) {
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const auto length = (i + 1 < starts.size() ? starts[i + 1] : end) - starts[i];
    if (length > longest_segment)
      return std::unexpected(Error{
          Fault::unsupported,
          fmt::format("'{}' has {:.1f} s without a key frame at {:.3f} s; at most {:.0f} s can be streamed",
                      file, to_seconds(length), to_seconds(starts[i]), to_seconds(longest_segment)),
          "encode it with a key frame every half second (x264: keyint), or make it with `avocet-server "
          "add`"});
  }
  return {};
}

}  // namespace

Title::Title() = default;
Title::~Title() = default;

Result<std::shared_ptr<const Title>> Title::open(std::string name, const std::vector<File>& files,
                                                 std::uint64_t id) {
  assert(!files.empty());
  std::vector<FileIndex> indexes;
  std::vector<std::shared_ptr<const MediaFile>> opened;
  for (const auto& [rendition, path] : files) {
    auto file = MediaFile::open(path);
    if (!file) return std::unexpected(file.error());
    auto index = read_index(*file, indexes.empty());
    if (!index) return std::unexpected(index.error());
    index->video.config.rendition = rendition;
    opened.push_back(std::make_shared<MediaFile>(std::move(*file)));
    indexes.push_back(std::move(*index));
    auto aligned =
        check_alignment(opened[0]->name(), indexes[0].video, opened.back()->name(), indexes.back().video);
    if (!aligned) return std::unexpected(aligned.error());
  }

  std::shared_ptr<Title> title(new Title);
  title->name_ = std::move(name);
  title->id_ = id;
  const TrackIndex& lowest = indexes[0].video;
  for (const auto& sample : lowest.samples)
    if (sample.key) title->starts_.push_back(media::to_duration(sample.pts, lowest.config.timebase));
  title->end_ = end_of(lowest);
  if (auto good = check_length(opened[0]->name(), title->starts_, title->end_); !good)
    return std::unexpected(good.error());
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    auto first = divide_video(indexes[i].video);
    title->configs_.push_back(std::move(indexes[i].video.config));
    title->tracks_.push_back({opened[i], std::move(indexes[i].video.samples), std::move(first)});
  }
  if (auto& audio = indexes[0].audio) {
    auto first = divide_audio(*audio, title->starts_, title->end_);
    title->configs_.push_back(std::move(audio->config));
    title->tracks_.push_back({opened[0], std::move(audio->samples), std::move(first)});
  }
  return title;
}

std::size_t Title::video_tracks() const {
  return static_cast<std::size_t>(
      std::ranges::count(configs_, media::Kind::video, &media::TrackConfig::kind));
}

Duration Title::segment_start(std::uint32_t segment) const {
  return segment < starts_.size() ? starts_[segment] : end_;
}

std::uint32_t Title::segment_at(Duration position) const {
  const auto after = std::ranges::upper_bound(starts_, position);
  return after == starts_.begin() ? 0 : static_cast<std::uint32_t>(after - starts_.begin() - 1);
}

FrameNumber Title::first_frame(std::size_t track, std::uint32_t segment) const {
  const auto& first = tracks_[track].first;
  return FrameNumber{first[std::min<std::size_t>(segment, first.size() - 1)]};
}

Result<media::SharedSegment> Title::segment(std::size_t track, std::uint32_t segment) const {
  assert(track < tracks_.size() && segment < segments());
  const Track& from = tracks_[track];
  auto made = std::make_shared<media::Segment>();
  made->index = segment;
  made->frames.reserve(from.first[segment + 1] - from.first[segment]);
  for (auto i = from.first[segment]; i < from.first[segment + 1]; ++i) {
    const Sample& sample = from.samples[i];
    auto payload = std::make_shared<Bytes>(sample.size);
    if (!from.file->read(sample.position, *payload))
      return std::unexpected(
          Error{Fault::unreadable,
                fmt::format("'{}' ends before frame {}: it is damaged, or was changed", from.file->name(), i),
                "make it again with `avocet-server add`"});
    media::Frame& frame = made->frames.emplace_back();
    frame.number = FrameNumber{i};
    frame.pts = sample.pts;
    frame.reorder = static_cast<std::uint32_t>(std::max<std::int64_t>(sample.pts - sample.dts, 0));
    frame.duration = sample.duration;
    frame.key = sample.key;
    frame.discardable = is_discardable(configs_[track], *payload);
    frame.end_of_track = i + 1 == from.first.back();
    frame.payload = std::move(payload);
  }
  return made;
}

bool Title::unchanged() const {
  return std::ranges::all_of(tracks_, [](const Track& track) { return track.file->unchanged(); });
}

}  // namespace avocet::codec
