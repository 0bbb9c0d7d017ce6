#include "protocol/media/assembly.hpp"

#include <algorithm>

namespace avocet::media {
namespace {

/// A head takes at most 49 bytes (eight varints or integers of at most 8, two of 4, one byte).
constexpr std::size_t largest_head = 64;

}  // namespace

void Assembly::begin(FragmentNumber first, Time arrived) {
  first_ = first;
  head_.reset();
  head_size_ = bytes_ = 0;
  first_arrival_ = last_arrival_ = arrived;
  repaired_ = false;
}

Assembly::Added Assembly::add(FragmentPool& pool, std::uint16_t index, ByteView data, Time arrived) {
  const auto at = std::ranges::lower_bound(pieces_, index, {}, &Piece::index);
  if (at != pieces_.end() && at->index == index) {
    // AV-MED-7
    return std::ranges::equal(pool.view(at->slot), data) ? Added::duplicate : Added::contradiction;
  }
  if (index == 0 && !read_head(data)) return Added::contradiction;
  if (head_ &&
      (index >= head_->fragments || (!pieces_.empty() && pieces_.back().index >= head_->fragments))) {
    return Added::contradiction;
  }
  bytes_ += data.size();
  if (bytes_ > (head_ ? head_size_ + head_->size : largest_head + wire::max_frame_size))
    return Added::contradiction;
  pieces_.insert(at, {index, pool.store(data)});
  first_arrival_ = std::min(first_arrival_, arrived);
  last_arrival_ = std::max(last_arrival_, arrived);
  return Added::fresh;
}

bool Assembly::read_head(ByteView data) {
  wire::Reader r(data);
  wire::FrameHead head;
  wire::read_fields(r, head);
  if (!r.ok()) return false;
  head_size_ = r.position();
  // No fragment is empty.
  if (head.fragments > head_size_ + head.size) return false;
  head_ = head;
  return true;
}

void Assembly::release(FragmentPool& pool) {
  for (const Piece& piece : pieces_) pool.release(piece.slot);
  pieces_.clear();
}

std::optional<Frame> Assembly::assemble(const FragmentPool& pool) const {
  if (bytes_ != head_size_ + head_->size) return std::nullopt;
  auto payload = std::make_shared<Bytes>();
  payload->reserve(head_->size);
  std::size_t skip = head_size_;
  for (const Piece& piece : pieces_) {
    const ByteView data = pool.view(piece.slot).subspan(skip);
    payload->insert(payload->end(), data.begin(), data.end());
    skip = 0;
  }
  return Frame{.number = head_->number,
               .pts = head_->pts,
               .reorder = head_->reorder,
               .duration = head_->duration,
               .capture = head_->capture,
               .key = head_->key,
               .discardable = head_->discardable,
               .end_of_track = head_->end_of_track,
               .payload = std::move(payload)};
}

FragmentNumber Assembly::end() const {
  if (head_) return first_ + head_->fragments;
  return first_ + (pieces_.empty() ? 1u : pieces_.back().index + 1u);
}

const Assembly::Piece* Assembly::find(std::uint16_t index) const {
  const auto at = std::ranges::lower_bound(pieces_, index, {}, &Piece::index);
  return at != pieces_.end() && at->index == index ? &*at : nullptr;
}

std::size_t Assembly::held(const FragmentPool& pool) const {
  std::size_t held = overhead;
  for (const Piece& piece : pieces_) held += FragmentPool::cost(pool.view(piece.slot).size());
  return held;
}

}  // namespace avocet::media
