#pragma once

#include <memory>
#include <optional>

#include "protocol/base/address.hpp"
#include "protocol/crypto/seal_key.hpp"
#include "protocol/session/handshake_hello.hpp"
#include "protocol/session/strike_register.hpp"

namespace avocet::session {

/// The tickets and address tokens of one listener: gives them out, and takes each back once. Its key and its
/// register begin and end together with it, so that a ticket can never be taken twice, whatever restarts
/// (AV-TKT-6).
class Tickets {
 public:
  static constexpr Duration lifetime = 24h;

  Tickets(std::shared_ptr<crypto::Context> context, std::uint8_t shard, const Entropy& entropy)
      : context_(std::move(context)), key_(shard, entropy) {}

  /// A ticket, or nothing when the contents do not fit into one.
  std::optional<Bytes> issue_ticket(Time now, wire::TicketContents);
  Bytes issue_token(Time now, const PeerAddress&);

  /// The Hello's ticket, if it is ours, fresh, young enough, and the binder shows that the client has its
  /// secret. Does not take it.
  std::optional<OpenedTicket> open(Time now, const CheckedHello&) const;
  /// True once for each ticket.
  bool take(const OpenedTicket& ticket) { return register_.take(ticket.contents.serial); }

  /// True once for each token that is ours, young enough and of this address.
  bool take_token(Time now, const PeerAddress&, ByteView token);

 private:
  bool is_young(Time now, std::uint64_t issued) const;

  std::shared_ptr<crypto::Context> context_;
  crypto::SealKey key_;
  StrikeRegister register_;
};

}  // namespace avocet::session
