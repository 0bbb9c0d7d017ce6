#pragma once

#include <cstdint>
#include <expected>
#include <span>

#include "protocol/session/handshake_transcript.hpp"

namespace avocet::session {

/// The peer's handshake messages in the one order in which they may come (AV-HS-27).
class MessageSequence {
 public:
  /// Types, in their order.
  explicit MessageSequence(std::span<const std::uint64_t> order) : order_(order) {}

  /// Reads on, and hands each whole message to `take(type, body)` before it goes into the transcript. Fails
  /// with the first that is out of order or not taken; after that nothing more may be brought.
  template <class Take>
  std::expected<void, HandshakeFailure> on_data(ByteView data, HandshakeTranscript& transcript, Take&& take) {
    if (!reader_.feed(data)) {
      return std::unexpected(
          HandshakeFailure{wire::CloseCode::protocol_violation, "the handshake is too long"});
    }
    for (;;) {
      const auto message = reader_.next();
      if (!message) return std::unexpected(message.error());
      if (!*message) break;
      const auto& [type, body, framed] = **message;
      const std::uint64_t due = complete() ? nothing_due : order_[next_];
      if (type != due) return out_of_order(due, type);
      if (auto taken = take(type, body); !taken) return taken;
      transcript.add_framed(framed);
      ++next_;
    }
    if (complete() && reader_.left() > 0) return failed("bytes came after the last handshake message");
    return {};
  }
  bool complete() const { return next_ == order_.size(); }

 private:
  std::span<const std::uint64_t> order_;
  std::size_t next_ = 0;
  MessageReader reader_;
};

}  // namespace avocet::session
