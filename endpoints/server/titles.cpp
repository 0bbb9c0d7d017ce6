#include "endpoints/server/titles.hpp"

namespace avocet::server {
namespace {

bool same(const codec::Listing& a, const codec::Listing& b) {
  return a.renditions == b.renditions && a.missing == b.missing;
}

}  // namespace

codec::Result<bool> Titles::scan() {
  const auto listings = library_.list();
  if (!listings) return std::unexpected(listings.error());
  bool changed = !std::exchange(scanned_, true);
  std::map<std::string, Entry> now;
  for (const codec::Listing& listing : *listings) {
    const auto old = entries_.find(listing.name);
    // What could not be opened is tried again: it may have been in the middle of being copied.
    if (old != entries_.end() && same(old->second.listing, listing) && old->second.title &&
        old->second.title->unchanged()) {
      now.emplace(listing.name, old->second);
      continue;
    }
    Entry entry{.listing = listing, .title = {}, .problem = {}};
    if (auto opened = library_.open(listing.name)) {
      entry.title = *opened;
    } else {
      entry.problem = opened.error();
    }
    changed |= old == entries_.end() || entry.title || old->second.title ||
               entry.problem.reason != old->second.problem.reason;
    now.emplace(listing.name, std::move(entry));
  }
  changed |= now.size() != entries_.size();
  entries_ = std::move(now);
  return changed;
}

std::vector<service::StoredTitle> Titles::catalogue() const {
  std::vector<service::StoredTitle> out;
  for (const auto& [name, entry] : entries_) {
    service::StoredTitle stored{
        .name = name, .problem = entry.problem.reason, .remedy = entry.problem.remedy};
    if (entry.title) {
      stored.duration = entry.title->duration();
      stored.tracks = entry.title->tracks();
      for (std::uint32_t i = 0; i < entry.title->segments(); ++i)
        stored.segment_starts.push_back(entry.title->segment_start(i));
    }
    out.push_back(std::move(stored));
  }
  return out;
}

std::shared_ptr<const Shelf> Titles::shelf() const {
  Shelf shelf{.catalogue = catalogue(), .titles = {}};
  for (const auto& [name, entry] : entries_) {
    if (entry.title) shelf.titles.emplace(name, entry.title);
  }
  return std::make_shared<const Shelf>(std::move(shelf));
}

}  // namespace avocet::server
