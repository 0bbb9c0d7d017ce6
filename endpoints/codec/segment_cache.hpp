#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>

#include "endpoints/codec/title.hpp"
#include "protocol/media/frame.hpp"

namespace avocet::codec {

/// The segments that viewers asked for last, up to a number of bytes. One per thread.
class SegmentCache {
 public:
  struct Key {
    std::uint64_t title = 0;
    std::uint32_t track = 0, segment = 0;
    auto operator<=>(const Key&) const = default;
  };

  explicit SegmentCache(std::size_t bytes) : capacity_(bytes) {}

  /// A segment of a title, read from its files when it is not here.
  Result<media::SharedSegment> get(const Title&, std::size_t track, std::uint32_t segment);
  /// Null when it is not there.
  media::SharedSegment find(const Key&);
  void insert(const Key&, media::SharedSegment);
  void forget_title(std::uint64_t title);
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Key key;
    media::SharedSegment segment;
    std::size_t bytes = 0;
  };
  using Entries = std::list<Entry>;
  void drop(Entries::iterator);

  std::size_t capacity_, bytes_ = 0;
  Entries entries_;  ///< the one used last in front
  std::map<Key, Entries::iterator> places_;
};

}  // namespace avocet::codec
