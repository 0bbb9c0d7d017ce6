#include "protocol/session/receive_stream.hpp"

#include <algorithm>
#include <utility>

#include "protocol/session/stream_storage.hpp"

namespace avocet::session {

using wire::CloseCode;

std::optional<CloseCode> ReceiveStream::insert(std::uint64_t offset, ByteView data, bool fin) {
  const std::uint64_t end = offset + data.size();  // at most 2^62 + a datagram
  // AV-STR-5
  if (final_size_ && (end > *final_size_ || (fin && end != *final_size_))) return CloseCode::final_size;
  if (fin && end < highest_) return CloseCode::final_size;
  if (end > limit_) return CloseCode::flow_control;  // AV-FLOW-2
  const std::uint64_t begin = std::max(offset, read_);
  if (begin < end) {
    const auto inserted = arrived_.insert(begin, end);
    if (inserted == decltype(arrived_)::Insert::full) return CloseCode::internal;  // AV-STR-8
    if (inserted == decltype(arrived_)::Insert::added) {
      reserve_sparingly(bytes_, end - read_);
      bytes_.resize(std::max<std::size_t>(bytes_.size(), end - read_));
      std::ranges::copy(data.subspan(begin - offset),
                        bytes_.begin() + static_cast<std::ptrdiff_t>(begin - read_));
    }
  }
  arrived_.shrink();
  highest_ = std::max(highest_, end);
  if (fin) final_size_ = end;
  return std::nullopt;
}

std::optional<CloseCode> ReceiveStream::reset(std::uint64_t final_size) {
  if (final_size < highest_ || (final_size_ && final_size != *final_size_)) return CloseCode::final_size;
  if (final_size > limit_) return CloseCode::flow_control;
  if (fin_read_ || reset_) return std::nullopt;
  bytes_ = {};
  arrived_ = {};
  final_size_ = read_ = highest_ = final_size;
  reset_ = true;
  return std::nullopt;
}

StreamRead ReceiveStream::read() {
  StreamRead out;
  if (reset_) return out;
  const std::size_t ready = in_order();
  if (ready == bytes_.size()) {
    out.data = std::exchange(bytes_, {});
  } else if (ready > 0) {
    const auto end = bytes_.begin() + static_cast<std::ptrdiff_t>(ready);
    out.data.assign(bytes_.begin(), end);
    bytes_.erase(bytes_.begin(), end);
  }
  read_ += ready;
  arrived_.erase_below(read_);
  arrived_.shrink();
  out.fin = fin_read_ = final_size_ == read_;
  return out;
}

bool ReceiveStream::readable() const { return !complete() && (in_order() > 0 || final_size_ == read_); }

std::optional<std::uint64_t> ReceiveStream::limit_to_announce() const {
  const std::uint64_t wanted = read_ + window_;
  if (final_size_ || wanted <= limit_ || 2 * (wanted - limit_) < window_) return std::nullopt;
  return wanted;
}

std::size_t ReceiveStream::in_order() const {
  return arrived_.empty() || arrived_.front().begin > read_ ? 0 : arrived_.front().end - read_;
}

}  // namespace avocet::session
