#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "endpoints/codec/error.hpp"
#include "protocol/media/frame.hpp"

namespace avocet::codec {

/// A stored title, cut into segments. Every video segment begins with a key frame that nothing before it or
/// after it reaches across (closed GOP), and segment n begins at the same instant in every track. Frame
/// numbers are decode order, from 0, per track; the video tracks agree on the first number of each segment.
/// Audio comes from the lowest rendition's file (the others' audio is not looked at). Its frames belong to
/// the segment in which they begin; the first segment has those before it too (AAC priming has negative
/// times), the last those up to one second after the video's end. Times are those of the files; the first
/// picture is normally at 0. Never changes once open, so any number of threads may share it.
class Title {
 public:
  /// `files` in ascending order of rendition.
  struct File {
    std::string rendition;
    std::filesystem::path path;
  };
  /// `id` tells it from all other titles in a SegmentCache, also from earlier ones of this name.
  static Result<std::shared_ptr<const Title>> open(std::string name, const std::vector<File>& files,
                                                   std::uint64_t id);
  ~Title();
  Title(const Title&) = delete;
  Title& operator=(const Title&) = delete;

  const std::string& name() const { return name_; }
  std::uint64_t id() const { return id_; }
  /// From the first picture's begin to the last picture's end.
  Duration duration() const { return end_ - starts_.front(); }
  /// The video renditions, ascending, then the audio track if there is one.
  const std::vector<media::TrackConfig>& tracks() const { return configs_; }
  std::size_t video_tracks() const;

  std::uint32_t segments() const { return static_cast<std::uint32_t>(starts_.size()); }
  /// When a segment begins. `segment_start(segments())` is the end of the title.
  Duration segment_start(std::uint32_t segment) const;
  /// The segment that is on at `position`; clamped to the title.
  std::uint32_t segment_at(Duration position) const;
  /// Number of the first frame of a segment; `first_frame(track, segments())` is the number of frames.
  FrameNumber first_frame(std::size_t track, std::uint32_t segment) const;

  /// The frames of one segment, payloads exactly the bytes in the file: a few reads. An audio segment may be
  /// empty. The last frame of a track carries end_of_track.
  Result<media::SharedSegment> segment(std::size_t track, std::uint32_t segment) const;

  /// Whether the files on disk are still those that were opened.
  bool unchanged() const;

 private:
  struct Track;
  Title();

  std::string name_;
  std::uint64_t id_ = 0;
  Duration end_{};
  std::vector<media::TrackConfig> configs_;
  std::vector<Track> tracks_;
  std::vector<Duration> starts_;
};

}  // namespace avocet::codec
