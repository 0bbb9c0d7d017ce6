#pragma once

#include <memory>
#include <vector>

#include "protocol/recovery/carried.hpp"
#include "protocol/session/handshake_result.hpp"
#include "protocol/session/tickets.hpp"
#include "protocol/wire/writer.hpp"

namespace avocet::session {

/// What a server's session gives its client to come back with: tickets, each with an address token, said
/// until they have arrived.
class TicketIssuer {
 public:
  /// `result` of the session's handshake.
  TicketIssuer(std::shared_ptr<Tickets>, const HandshakeResult& result);

  /// Makes a ticket that seals `service` (wire::max_sealed_service bytes at most). Of those that seal
  /// something only the newest two are still worth sending. Nothing comes of it when it does not fit.
  void issue(Time now, const PeerAddress& client, std::uint64_t seals, ByteView service);

  bool wants_to_send() const;
  /// Appends the next ticket with its token, if there is room for both.
  void fill(wire::Writer&, recovery::CarriedList&);
  void on_acked(const recovery::Carried&);
  void on_lost(const recovery::Carried&);

 private:
  struct Pending {
    std::uint64_t number = 0;
    std::uint64_t seals = 0;
    Bytes ticket, token;
    bool underway = false;
  };

  std::shared_ptr<Tickets> tickets_;
  wire::TicketContents contents_;
  std::vector<Pending> pending_;
  std::uint64_t next_ = 0;
};

}  // namespace avocet::session
