#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "endpoints/codec/error.hpp"
#include "endpoints/codec/title.hpp"

namespace avocet::codec {

struct LibrarySettings {
  std::vector<std::string> renditions = {"240p", "720p", "1440p"};  ///< what a title needs to be playable
};

/// What a folder says of one title, without opening its files.
struct Listing {
  std::string name;
  std::vector<std::string> renditions;  ///< present, ascending
  std::vector<std::string> missing;     ///< required but absent, ascending
  bool complete() const { return missing.empty(); }
};

/// A folder of `<name>_<rendition>.mp4`. For one thread; the titles it opens are for any.
class Library {
 public:
  explicit Library(std::filesystem::path folder, LibrarySettings settings = {});

  /// Scans the folder (again at each call); by name.
  Result<std::vector<Listing>> list() const;

  /// Opens a title, or gives the one already open while its files are unchanged on disk: all viewers share
  /// it. Takes about 0.1 s per hour of video and rendition. Faults: bad_name, unknown_title,
  /// missing_rendition (names every missing one and its file), misaligned (says which, and the first
  /// differing instant), unreadable, unsupported.
  Result<std::shared_ptr<const Title>> open(const std::string& name);

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  LibrarySettings settings_;
  std::uint64_t opened_ = 0;
  std::map<std::string, std::weak_ptr<const Title>, std::less<>> open_;
};

}  // namespace avocet::codec
