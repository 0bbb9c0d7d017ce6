#include "protocol/session/send_stream.hpp"

#include <algorithm>
#include <cassert>

#include "protocol/session/stream_storage.hpp"

namespace avocet::session {
namespace {

/// Storage that an idle stream may keep.
constexpr std::size_t idle_capacity = 2048;

}  // namespace

void SendStream::write(ByteView data) {
  assert(writable());
  reserve_sparingly(bytes_, bytes_.size() + data.size());
  bytes_.insert(bytes_.end(), data.begin(), data.end());
  written_ += data.size();
}

void SendStream::finish() {
  assert(writable());
  finished_ = true;
}

void SendStream::reset() {
  bytes_ = {};
  bytes_at_ = base_ = written_ = sent_;
  acked_.clear();
  lost_.clear();
  finished_ = reset_ = fin_sent_ = true;
  fin_lost_ = false;
}

void SendStream::raise_limit(std::uint64_t limit) { limit_ = std::max(limit_, limit); }

std::uint64_t SendStream::sendable(std::uint64_t credit) const {
  return std::min(credit, std::min(limit_, written_) - sent_);
}

std::optional<SendStream::Chunk> SendStream::next_lost(std::size_t max) {
  if (lost_.empty()) {
    if (!fin_lost_) return std::nullopt;
    fin_lost_ = false;
    return chunk(written_, written_);
  }
  if (max == 0) return std::nullopt;
  const std::uint64_t begin = lost_.front().begin;
  const auto acked = std::ranges::upper_bound(acked_, begin, {}, &Ranges::Range::end);
  std::uint64_t end = std::min<std::uint64_t>(lost_.front().end, begin + max);
  if (acked != acked_.end()) end = std::min(end, acked->begin);
  lost_.erase_below(end);
  skip_acked();
  const Chunk out = chunk(begin, end);
  if (out.fin) fin_sent_ = true, fin_lost_ = false;
  return out;
}

std::optional<SendStream::Chunk> SendStream::next_new(std::size_t max) {
  const std::uint64_t end = sent_ + sendable(max);
  if (end == sent_ && !fin_sendable()) return std::nullopt;
  const Chunk out = chunk(sent_, end);
  sent_ = end;
  fin_sent_ |= out.fin;
  return out;
}

void SendStream::on_acked(std::uint64_t begin, std::uint64_t length, bool fin) {
  const std::uint64_t end = std::min(begin + length, sent_);
  begin = std::max(begin, base_);
  if (fin && !reset_) fin_acked_ = true, fin_lost_ = false;
  if (begin >= end) return;
  if (begin == base_) {
    advance(end);
  } else if (acked_.insert(begin, end) == Ranges::Insert::full) {
    on_lost(begin, end - begin, false);  // cannot be remembered: sending it again is always right
  }
  skip_acked();
}

void SendStream::on_lost(std::uint64_t begin, std::uint64_t length, bool fin) {
  const std::uint64_t end = std::min(begin + length, sent_);
  begin = std::max(begin, base_);
  if (fin && !fin_acked_ && !reset_) fin_lost_ = true;
  if (begin >= end) return;
  if (lost_.insert(begin, end) == Ranges::Insert::full) {
    lost_.clear();
    lost_.insert(base_, sent_);
  }
  skip_acked();
}

SendStream::Chunk SendStream::chunk(std::uint64_t begin, std::uint64_t end) const {
  return {begin, ByteView(bytes_).subspan(begin - bytes_at_, end - begin), finished_ && end == written_};
}

/// All below `base` and what was acknowledged right after it is done with.
void SendStream::advance(std::uint64_t base) {
  base_ = base;
  while (!acked_.empty() && acked_.front().begin <= base_) {
    base_ = std::max(base_, acked_.front().end);
    acked_.erase_lowest();
  }
  lost_.erase_below(base_);
  acked_.shrink();
  lost_.shrink();
  // Moving the rest down only when an eighth goes makes the copying linear in all bytes written, and what is
  // kept in vain small.
  const std::size_t done = base_ - bytes_at_;
  if (8 * done < bytes_.size()) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(done));
  bytes_at_ = base_;
  if (bytes_.empty() && bytes_.capacity() > idle_capacity) bytes_ = {};
}

/// Keeps the front of `lost_` a byte that really has to be sent again.
void SendStream::skip_acked() {
  while (!lost_.empty()) {
    const auto acked = std::ranges::upper_bound(acked_, lost_.front().begin, {}, &Ranges::Range::end);
    if (acked == acked_.end() || acked->begin > lost_.front().begin) return;
    lost_.erase_below(acked->end);
  }
}

}  // namespace avocet::session
