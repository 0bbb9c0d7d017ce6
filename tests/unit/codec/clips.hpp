#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "endpoints/codec/ffmpeg.hpp"
#include "endpoints/codec/ladder.hpp"
#include "endpoints/codec/library.hpp"

/// Sources, clips and libraries for these tests, made on the spot in a folder that goes away with the test.
namespace avocet::codec::test {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "avocet-codec-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const std::string& file) const { return (path_ / file).string(); }
  const std::filesystem::path& path() const { return path_; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

inline const std::string picture = "-f lavfi -i testsrc2=s=160x90:r=30:d=2";
inline const std::string tone = "-f lavfi -i sine=440:r=48000:d=2";
inline const std::string fast = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

/// Runs the ffmpeg program: for sources, and as a second opinion on what the room writes. What it prints
/// comes back.
inline std::string run_ffmpeg(const std::string& arguments) {
  Folder folder;
  const auto log = folder / "log";
  const int status = std::system(("ffmpeg -nostdin -v error -y " + arguments + " >" + log + " 2>&1").c_str());
  std::ifstream in(log);
  std::string text(std::istreambuf_iterator<char>(in), {});
  return status == 0 ? text : "ffmpeg failed: " + text;
}

/// A source of 2 s, 30 pictures a second, with a tone.
inline std::string make_source(const Folder& folder) {
  const auto file = folder / "source.mp4";
  EXPECT_EQ(run_ffmpeg(picture + " " + tone + " " + fast + " -c:a aac " + file), "");
  return file;
}

/// Three small renditions that encode in no time.
inline LadderSettings small_ladder() {
  LadderSettings settings;
  settings.rungs = {{"48p", DataRate::kbps(60)}, {"96p", DataRate::kbps(150)}, {"144p", DataRate::kbps(300)}};
  settings.preset = "ultrafast";
  return settings;
}
inline const LibrarySettings small_library{{"48p", "96p", "144p"}};

/// The frames of a segment, to go through in a `for`: nobody else holds them.
inline std::vector<media::Frame> frames_of(const Title& title, std::size_t track, std::uint32_t segment) {
  const auto read = title.segment(track, segment);
  EXPECT_TRUE(read) << read.error().message();
  return read ? (*read)->frames : std::vector<media::Frame>();
}

inline Result<LadderReport> add(const std::string& source, const Folder& library,
                                const std::string& name = "clip",
                                const LadderSettings& settings = small_ladder()) {
  const std::atomic<bool> stop{false};
  return make_ladder(source, library.path(), name, settings, {}, stop);
}

/// A library that holds "clip": 2 s, 60 frames, 4 segments, three renditions and sound.
struct ClipLibrary {
  Folder folder, sources;
  Library library{folder.path(), small_library};
  explicit ClipLibrary(const LadderSettings& settings = small_ladder()) {
    const auto made = add(make_source(sources), folder, "clip", settings);
    EXPECT_TRUE(made) << made.error().message();
  }
  std::shared_ptr<const Title> open() {
    auto title = library.open("clip");
    EXPECT_TRUE(title) << title.error().message();
    return title.value_or(nullptr);
  }
};

struct Packet {
  std::int64_t pts = 0, dts = 0;
  double seconds = 0;
  bool key = false;
  Bytes data;
  bool operator==(const Packet&) const = default;
};

/// What FFmpeg's own demuxer reads of one kind of track.
inline std::vector<Packet> read_packets(const std::string& file, AVMediaType type = AVMEDIA_TYPE_VIDEO) {
  std::vector<Packet> packets;
  AVFormatContext* format = nullptr;
  if (avformat_open_input(&format, file.c_str(), nullptr, nullptr) < 0) return packets;
  const Owned<AVFormatContext> owner(format);
  avformat_find_stream_info(format, nullptr);
  const auto packet = make_packet();
  for (; av_read_frame(format, packet.get()) >= 0; av_packet_unref(packet.get())) {
    const AVStream& stream = *format->streams[packet->stream_index];
    if (stream.codecpar->codec_type != type) continue;
    const auto data = std::as_bytes(std::span(packet->data, static_cast<std::size_t>(packet->size)));
    packets.push_back({packet->pts, packet->dts, static_cast<double>(packet->pts) * av_q2d(stream.time_base),
                       (packet->flags & AV_PKT_FLAG_KEY) != 0, Bytes(data.begin(), data.end())});
  }
  return packets;
}

}  // namespace avocet::codec::test
