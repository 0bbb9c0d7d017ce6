#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "protocol/media/reassembly_limits.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::analysis {

/// The beginning of a fragment or of a row of parity, as parity protects it (wire::Shard). Parity works byte
/// by byte: beginnings of rows and fragments rebuild the beginnings of others, where a frame's head is.
struct FragmentHead {
  /// The fields before the data (4), and the largest head of a frame (49).
  static constexpr std::size_t fields = 4, size = 56;

  FragmentNumber number;
  std::array<std::byte, size> bytes{};

  FragmentHead() = default;
  FragmentHead(FragmentNumber n, std::uint16_t index, ByteView data) : number(n) {
    wire::Writer w(bytes);
    wire::write_fields(w, wire::Shard{static_cast<std::uint16_t>(data.size()), index,
                                      data.first(std::min(data.size(), size - fields))});
  }
};

/// Of fragments in the order of their numbers.
inline const FragmentHead* find_head(const std::vector<FragmentHead>& heads, FragmentNumber n) {
  const auto at = std::ranges::lower_bound(heads, n, {}, &FragmentHead::number);
  return at != heads.end() && at->number == n ? &*at : nullptr;
}

/// The latest ones of frames that are whole, for runs of parity that small frames share: as many as
/// media::Reassembler keeps.
class PastHeads {
 public:
  void add(const FragmentHead& head) {
    if (heads_.size() < media::most_past_fragments) {
      heads_.push_back(head);
    } else {
      heads_[next_++ % media::most_past_fragments] = head;
    }
  }
  /// Null when it did not come, or too long ago.
  const FragmentHead* find(FragmentNumber n) const {
    const auto at = std::ranges::find(heads_, n, &FragmentHead::number);
    return at != heads_.end() ? &*at : nullptr;
  }

 private:
  std::vector<FragmentHead> heads_;
  std::size_t next_ = 0;
};

}  // namespace avocet::analysis
