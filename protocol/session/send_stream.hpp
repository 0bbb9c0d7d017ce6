#pragma once

#include <cstdint>
#include <optional>

#include "protocol/base/bytes.hpp"
#include "protocol/base/interval_set.hpp"

namespace avocet::session {

/// The sending half of an ordered byte stream: keeps what was written until it is acknowledged, and knows
/// what to send again. Without ids and connection-wide limits, so that the handshake's stream can be one too.
class SendStream {
 public:
  /// The peer lets us send up to `limit` bytes in all.
  explicit SendStream(std::uint64_t limit) : limit_(limit) {}

  /// Appends. Not after finish() or reset().
  void write(ByteView data);
  void finish();
  /// Forgets all data; nothing is sent any more. The final size is what had been sent.
  void reset();
  void raise_limit(std::uint64_t limit);

  /// A part to send. `data` is good until the next call that is not const.
  struct Chunk {
    std::uint64_t offset = 0;
    ByteView data;
    bool fin = false;
  };
  bool has_lost() const { return fin_lost_ || !lost_.empty(); }
  /// Bytes never sent before that the limit allows, at most `credit`.
  std::uint64_t sendable(std::uint64_t credit) const;
  /// True when the end is all that is left to send for the first time.
  bool fin_sendable() const { return finished_ && !fin_sent_ && sent_ == written_; }

  /// The lowest part to send again, at most `max` bytes. Nothing when nothing is lost or does not fit.
  std::optional<Chunk> next_lost(std::size_t max);
  /// New bytes, at most `max`; with the end if it follows. Nothing when there is nothing to say.
  std::optional<Chunk> next_new(std::size_t max);

  void on_acked(std::uint64_t begin, std::uint64_t length, bool fin);
  void on_lost(std::uint64_t begin, std::uint64_t length, bool fin);

  bool writable() const { return !finished_; }
  /// Everything, the end too, was acknowledged. Never after reset().
  bool complete() const { return fin_acked_ && base_ == written_; }
  std::uint64_t sent() const { return sent_; }
  std::uint64_t acked() const { return base_; }  ///< all bytes below were
  std::uint64_t limit() const { return limit_; }
  /// Bytes written and not yet acknowledged from the front on: what is held.
  std::size_t held() const { return static_cast<std::size_t>(written_ - base_); }
  std::size_t memory() const { return bytes_.capacity() + acked_.memory() + lost_.memory(); }

 private:
  using Ranges = IntervalSet<std::uint64_t, 1024>;

  Chunk chunk(std::uint64_t begin, std::uint64_t end) const;
  void advance(std::uint64_t base);
  void skip_acked();

  Bytes bytes_;  // of the stream from `bytes_at_` on
  std::uint64_t bytes_at_ = 0;
  std::uint64_t base_ = 0;  // acknowledged below
  std::uint64_t sent_ = 0, written_ = 0, limit_;
  Ranges acked_, lost_;  // at or above base_
  bool reset_ = false, finished_ = false, fin_sent_ = false, fin_lost_ = false, fin_acked_ = false;
};

}  // namespace avocet::session
