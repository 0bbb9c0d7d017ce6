#include "analysis/playback/ordered_stream.hpp"

#include <algorithm>

namespace avocet::analysis {

void OrderedStream::add(std::uint64_t offset, ByteView bytes) {
  if (broken_ || bytes.empty() || offset + bytes.size() <= next_) return;
  if (offset > next_) {
    Bytes& piece = ahead_[offset];
    if (piece.size() >= bytes.size()) return;
    held_ += bytes.size() - piece.size();
    piece.assign(bytes.begin(), bytes.end());
    if (held_ > most) give_up();
    return;
  }
  const ByteView fresh = bytes.subspan(next_ - offset);
  ready_.insert(ready_.end(), fresh.begin(), fresh.end());
  next_ += fresh.size();
  if (ready_.size() > most) return give_up();
  while (!ahead_.empty() && ahead_.begin()->first <= next_) {
    const auto piece = ahead_.extract(ahead_.begin());
    held_ -= piece.mapped().size();
    add(piece.key(), piece.mapped());
  }
}

void OrderedStream::consume(std::size_t n) {
  ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(std::min(n, ready_.size())));
  constexpr std::size_t worth_it = 4096;
  if (ready_.empty() && ready_.capacity() > worth_it) ready_.shrink_to_fit();
}

void OrderedStream::give_up() {
  broken_ = true;
  Bytes().swap(ready_);
  ahead_.clear();
  held_ = 0;
}

}  // namespace avocet::analysis
