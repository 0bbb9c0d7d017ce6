#include "endpoints/codec/library.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

#include "endpoints/codec/names.hpp"

namespace avocet::codec {
namespace {

bool lower(const std::string& a, const std::string& b) { return *rendition_height(a) < *rendition_height(b); }

using Found = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Renditions by title, ascending.
Result<Found> scan(const std::filesystem::path& folder) {
  std::error_code error;
  Found found;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    auto file = parse_file_name(entry->path().filename().string());
    std::error_code ignored;
    if (file && entry->is_regular_file(ignored)) found[file->clip].push_back(file->rendition);
  }
  if (error)
    return std::unexpected(Error{
        Fault::unreadable, fmt::format("cannot read the library '{}': {}", folder.string(), error.message()),
        "check --library: it is the folder that holds the <name>_<height>p.mp4 files"});
  for (auto& [clip, renditions] : found) std::ranges::sort(renditions, lower);
  return found;
}

std::vector<std::string> missing(const std::vector<std::string>& required,
                                 const std::vector<std::string>& present) {
  std::vector<std::string> absent;
  std::ranges::copy_if(required, std::back_inserter(absent),
                       [&](const auto& r) { return std::ranges::find(present, r) == present.end(); });
  std::ranges::sort(absent, lower);
  return absent;
}

Error missing_error(const std::string& name, const std::vector<std::string>& absent) {
  std::vector<std::string> files;
  files.reserve(absent.size());
  for (const auto& rendition : absent) files.push_back("'" + file_name(name, rendition) + "'");
  return {
      Fault::missing_rendition,
      fmt::format("the title '{}' lacks its {} rendition{} ({} not in the library)", name,
                  fmt::join(absent, " and "), absent.size() == 1 ? "" : "s", fmt::join(files, ", ")),
      fmt::format("make all renditions on the server with `avocet-server add FILE --name {} --library DIR`",
                  name)};
}

}  // namespace

Library::Library(std::filesystem::path folder, LibrarySettings settings)
    : folder_(std::move(folder)), settings_(std::move(settings)) {
  std::erase_if(settings_.renditions, [](const auto& r) { return !rendition_height(r); });
}

Result<std::vector<Listing>> Library::list() const {
  auto found = scan(folder_);
  if (!found) return std::unexpected(found.error());
  std::vector<Listing> listings;
  for (auto& [name, renditions] : *found)
    listings.push_back({name, renditions, missing(settings_.renditions, renditions)});
  return listings;
}

Result<std::shared_ptr<const Title>> Library::open(const std::string& name) {
  if (auto good = check_clip_name(name); !good) return std::unexpected(good.error());
  if (const auto known = open_.find(name); known != open_.end())
    if (auto title = known->second.lock(); title && title->unchanged()) return title;
  std::erase_if(open_, [&](const auto& entry) { return entry.second.expired(); });

  auto found = scan(folder_);
  if (!found) return std::unexpected(found.error());
  const auto renditions = found->find(name);
  if (renditions == found->end())
    return std::unexpected(Error{Fault::unknown_title, fmt::format("there is no title '{}' here", name),
                                 "`avocet-client list avocet://HOST` shows the titles there are"});
  if (const auto absent = missing(settings_.renditions, renditions->second); !absent.empty())
    return std::unexpected(missing_error(name, absent));
  std::vector<Title::File> files;
  for (const auto& rendition : renditions->second)
    files.push_back({rendition, folder_ / file_name(name, rendition)});
  auto title = Title::open(name, files, ++opened_);
  if (title) open_[name] = *title;
  return title;
}

}  // namespace avocet::codec
