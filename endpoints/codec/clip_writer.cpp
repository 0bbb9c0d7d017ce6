#include "endpoints/codec/clip_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "endpoints/codec/names.hpp"

namespace avocet::codec {
namespace {

constexpr const char* disk_remedy = "check the folder's permissions and the free space";

Error write_error(const std::filesystem::path& file, int code) {
  return ffmpeg_error(Fault::unwritable, fmt::format("write '{}'", file.string()), code, disk_remedy);
}

Result<void> flush_to_disk(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool good = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int code = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!good) return std::unexpected(write_error(file, AVERROR(code)));
  return {};
}

}  // namespace

ClipWriter::ClipWriter(std::filesystem::path folder, std::string clip)
    : folder_(std::move(folder)), clip_(std::move(clip)) {}

ClipWriter::~ClipWriter() {
  for (auto& file : files_) {
    file.format.reset();
    std::error_code ignored;
    std::filesystem::remove(file.temporary, ignored);
  }
}

Result<void> ClipWriter::add(const std::string& rendition, const Encoder& video, const Encoder* audio) {
  const auto name = file_name(clip_, rendition);
  File& file = files_.emplace_back();
  file.name = folder_ / name;
  file.temporary = folder_ / fmt::format(".{}.{}.part", name, ::getpid());
  listen_to_ffmpeg();
  AVFormatContext* format = nullptr;
  int code = avformat_alloc_output_context2(&format, nullptr, "mp4", file.temporary.c_str());
  if (code < 0) return std::unexpected(write_error(file.temporary, code));
  file.format.reset(format);
  const auto add_stream = [&](const Encoder& encoder) {
    AVStream* stream = avformat_new_stream(format, nullptr);
    avcodec_parameters_from_context(stream->codecpar, &encoder.context());
    stream->time_base = encoder.context().time_base;
    return stream;
  };
  file.video = add_stream(video);
  file.video->avg_frame_rate = video.context().framerate;
  if (audio) file.audio = add_stream(*audio);
  code = avio_open(&format->pb, file.temporary.c_str(), AVIO_FLAG_WRITE);
  if (code >= 0) code = avformat_write_header(format, nullptr);
  if (code < 0) return std::unexpected(write_error(file.temporary, code));
  return {};
}

Result<void> ClipWriter::write_video(std::size_t file, const Encoder& from, Owned<AVPacket> packet) {
  if (packet->duration == 0) packet->duration = 1;
  return write(files_[file], *files_[file].video, from, *packet);
}

Result<void> ClipWriter::write_audio(const Encoder& from, const AVPacket& packet) {
  auto copy = make_packet();
  for (auto& file : files_) {
    if (const int code = av_packet_ref(copy.get(), &packet); code < 0)
      return std::unexpected(write_error(file.temporary, code));
    if (auto written = write(file, *file.audio, from, *copy); !written) return written;
  }
  return {};
}

Result<std::vector<std::string>> ClipWriter::publish() {
  for (auto& file : files_) {
    const int code = av_write_trailer(file.format.get());
    const int closed = avio_closep(&file.format->pb);
    if (code < 0 || closed < 0) return std::unexpected(write_error(file.temporary, code < 0 ? code : closed));
    if (auto safe = flush_to_disk(file.temporary); !safe) return std::unexpected(safe.error());
  }
  std::vector<std::string> names;
  for (auto& file : files_) {
    std::error_code error;
    std::filesystem::rename(file.temporary, file.name, error);
    if (error) {
      for (const auto& name : names) std::filesystem::remove(name, error);
      return std::unexpected(write_error(file.name, AVERROR(error.value())));
    }
    names.push_back(file.name.string());
  }
  return names;
}

Result<void> ClipWriter::write(File& file, AVStream& stream, const Encoder& from, AVPacket& packet) {
  av_packet_rescale_ts(&packet, from.context().time_base, stream.time_base);
  packet.stream_index = stream.index;
  const int code = av_interleaved_write_frame(file.format.get(), &packet);
  if (code < 0) return std::unexpected(write_error(file.temporary, code));
  return {};
}

}  // namespace avocet::codec
