#include "dissector/byte_stream.hpp"

#include <algorithm>

namespace avocet::dissector {
namespace {

/// A gap of more than this is taken for the middle of a capture, not for loss.
constexpr std::uint64_t widest_gap = 1u << 20;
/// Bytes kept of one stream.
constexpr std::uint64_t most_kept = 32u << 20;

}  // namespace

ByteStream::Outcome ByteStream::add(std::uint64_t offset, ByteView data, Sighting seen) {
  if (data.empty()) return {};
  if (!first_ || offset > end() + widest_gap || bytes_.size() > most_kept) {
    *this = ByteStream();
    first_ = begin_ = contiguous_ = consumed_ = offset;
  }
  if (offset < begin_) return {};
  Outcome outcome;
  const std::uint64_t until = offset + data.size();
  outcome.original = covered(offset, until);
  const auto at = static_cast<std::size_t>(offset - begin_);
  if (outcome.original) {
    outcome.contradiction = !std::ranges::equal(ByteView(bytes_).subspan(at, data.size()), data);
    return outcome;
  }
  if (bytes_.size() < at + data.size()) bytes_.resize(at + data.size());
  std::ranges::copy(data, bytes_.begin() + static_cast<std::ptrdiff_t>(at));
  Piece& piece = pieces_.try_emplace(offset, Piece{until, seen}).first->second;
  piece.end = std::max(piece.end, until);
  advance();
  return outcome;
}

ByteView ByteStream::ready() const {
  return ByteView(bytes_).subspan(static_cast<std::size_t>(consumed_ - begin_),
                                  static_cast<std::size_t>(contiguous_ - consumed_));
}

void ByteStream::skip_to_next_frame() {
  const auto next = pieces_.upper_bound(consumed_);
  consumed_ = next != pieces_.end() && next->first <= contiguous_ ? next->first : contiguous_;
}

/// The piece that holds the first byte, when all bytes are there.
std::optional<Sighting> ByteStream::covered(std::uint64_t begin, std::uint64_t end) const {
  std::optional<Sighting> first;
  std::uint64_t at = begin;
  auto piece = pieces_.upper_bound(begin);
  if (piece == pieces_.begin()) return std::nullopt;
  for (--piece; piece != pieces_.end() && piece->first <= at && at < end; ++piece) {
    if (piece->second.end > at && !first) first = piece->second.seen;
    at = std::max(at, piece->second.end);
  }
  return at >= end ? first : std::nullopt;
}

void ByteStream::advance() {
  auto piece = pieces_.upper_bound(contiguous_);
  if (piece != pieces_.begin()) --piece;
  for (; piece != pieces_.end() && piece->first <= contiguous_; ++piece)
    contiguous_ = std::max(contiguous_, piece->second.end);
}

}  // namespace avocet::dissector
