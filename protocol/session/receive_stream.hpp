#pragma once

#include <cstdint>
#include <optional>

#include "protocol/base/bytes.hpp"
#include "protocol/base/interval_set.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::session {

/// What a stream gives its reader: bytes in order, and whether it ends after them.
struct StreamRead {
  Bytes data;
  bool fin = false;
};

/// The receiving half of an ordered byte stream: puts parts that arrive in any order, overlapping or twice,
/// into order. Holds at most `window` bytes above what was read.
class ReceiveStream {
 public:
  explicit ReceiveStream(std::uint64_t window) : window_(window), limit_(window) {}

  /// Takes a part. A code when the peer broke a rule (RFC 9000 sections 4.1 and 4.5); nothing of it is then
  /// kept.
  std::optional<wire::CloseCode> insert(std::uint64_t offset, ByteView data, bool fin);
  /// The peer gave the stream up: what was not read is dropped.
  std::optional<wire::CloseCode> reset(std::uint64_t final_size);

  /// What is there in order. Frees it.
  StreamRead read();
  /// True when read() would bring bytes, or the end for the first time.
  bool readable() const;

  /// The limit that the peer should be told; above the one it knows by half a window at least, or nothing.
  std::optional<std::uint64_t> limit_to_announce() const;
  void announced(std::uint64_t limit) { limit_ = limit; }
  std::uint64_t limit() const { return limit_; }  ///< as announced

  std::uint64_t highest() const { return highest_; }  ///< end of the furthest part seen, or the final size
  std::uint64_t consumed() const { return read_; }    ///< bytes read, or dropped by a reset
  bool was_reset() const { return reset_; }
  /// Everything was read, or the stream was reset.
  bool complete() const { return reset_ || fin_read_; }
  std::size_t held() const { return bytes_.size(); }
  std::size_t ranges() const { return arrived_.size(); }  ///< that are not yet in order
  std::size_t memory() const { return bytes_.capacity() + arrived_.memory(); }

 private:
  std::size_t in_order() const;

  Bytes bytes_;  // of the stream from read_ on, with gaps
  IntervalSet<std::uint64_t, 1024> arrived_;
  std::uint64_t window_, limit_, read_ = 0, highest_ = 0;
  std::optional<std::uint64_t> final_size_;
  bool fin_read_ = false, reset_ = false;
};

}  // namespace avocet::session
