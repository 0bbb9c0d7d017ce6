#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "endpoints/codec/encoder.hpp"

namespace avocet::codec {

/// The files of a ladder while they are being made: hidden, under temporary names, until all are complete.
/// Whatever is not published is removed.
class ClipWriter {
 public:
  ClipWriter(std::filesystem::path folder, std::string clip);
  ~ClipWriter();
  ClipWriter(const ClipWriter&) = delete;
  ClipWriter& operator=(const ClipWriter&) = delete;

  /// Begins the file of one rendition; `audio` may be null.
  Result<void> add(const std::string& rendition, const Encoder& video, const Encoder* audio);
  /// Takes the packet. Files are numbered as they were added.
  Result<void> write_video(std::size_t file, const Encoder& from, Owned<AVPacket> packet);
  /// The same packet into every file.
  Result<void> write_audio(const Encoder& from, const AVPacket& packet);
  /// Completes the files, makes sure that they are on the disk and gives them their names, which come back.
  Result<std::vector<std::string>> publish();

 private:
  struct File {
    std::filesystem::path temporary, name;
    Owned<AVFormatContext> format;
    AVStream *video = nullptr, *audio = nullptr;
  };
  static Result<void> write(File&, AVStream&, const Encoder& from, AVPacket& packet);

  std::filesystem::path folder_;
  std::string clip_;
  std::vector<File> files_;
};

}  // namespace avocet::codec
