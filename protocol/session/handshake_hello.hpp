#pragma once

#include <expected>
#include <optional>

#include "protocol/base/address.hpp"
#include "protocol/crypto/cookie.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/key_schedule.hpp"
#include "protocol/wire/handshake.hpp"
#include "protocol/wire/ticket.hpp"

/// What a server does with a Hello before it keeps any state for it.
namespace avocet::session {

/// A ticket that came back, with its secret.
struct OpenedTicket {
  wire::TicketContents contents;
  crypto::ScheduleSecret secret;
};

/// A Hello that can be answered. Refers to the bytes that it was read from.
struct CheckedHello {
  wire::Hello hello;
  ByteView body;
  /// Hash of the client's first Hello, when this one returns the cookie of a Retry: part of the transcript.
  std::optional<crypto::Hash> first_hello;
  /// When the Hello resumes: no identities are shown then.
  std::optional<OpenedTicket> ticket;
};

/// What stands before the second Hello of an attempt in the transcript.
struct AfterRetry {
  crypto::Hash first_hello;
  Bytes retry;  ///< body
};
/// Of a Hello that returned a cookie; nothing for a first one.
std::optional<AfterRetry> hello_context(const CheckedHello&);

/// A Hello that cannot. With a reason it deserves a Refuse, without one it is dropped.
struct HelloRejected {
  ConnectionId client_cid;
  std::optional<wire::RefuseReason> reason;
};

/// Decodes the body of a Hello and looks for a version, group and signature algorithm that both sides have.
/// `identity` is how the server signs.
std::expected<CheckedHello, HelloRejected> check_hello(ByteView body, wire::SignatureAlgorithm identity);

/// True when the Hello's token is a cookie of ours for this address: the address is then proven and
/// `first_hello` set. Any other token counts as none.
bool check_cookie(const crypto::Context&, const crypto::CookieKey&, Time now, const PeerAddress& client,
                  CheckedHello&);

/// The body of a Retry for this Hello.
Bytes make_retry(const crypto::Context&, const crypto::CookieKey&, Time now, const PeerAddress& client,
                 const CheckedHello&);
/// The body of a Refuse.
Bytes make_refuse(ConnectionId client_cid, wire::RefuseReason);

}  // namespace avocet::session
