#include "endpoints/codec/segment_cache.hpp"

#include <utility>

namespace avocet::codec {

Result<media::SharedSegment> SegmentCache::get(const Title& title, std::size_t track, std::uint32_t segment) {
  const Key key{title.id(), static_cast<std::uint32_t>(track), segment};
  if (auto found = find(key)) return found;
  auto read = title.segment(track, segment);
  if (read) insert(key, *read);
  return read;
}

media::SharedSegment SegmentCache::find(const Key& key) {
  const auto place = places_.find(key);
  if (place == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, place->second);
  return place->second->segment;
}

void SegmentCache::insert(const Key& key, media::SharedSegment segment) {
  std::size_t bytes = sizeof(media::Segment);
  for (const auto& frame : segment->frames) bytes += sizeof(frame) + frame.size();
  if (bytes > capacity_) return;
  if (const auto place = places_.find(key); place != places_.end()) drop(place->second);
  while (bytes_ + bytes > capacity_) drop(std::prev(entries_.end()));
  entries_.push_front({key, std::move(segment), bytes});
  places_[key] = entries_.begin();
  bytes_ += bytes;
}

void SegmentCache::forget_title(std::uint64_t title) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->key.title == title) drop(entry);
    entry = next;
  }
}

void SegmentCache::drop(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  places_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace avocet::codec
