#include "protocol/session/ticket_issuer.hpp"

#include <algorithm>

#include "protocol/wire/frames.hpp"

namespace avocet::session {
namespace {

constexpr std::size_t most_pending = 3;

constexpr std::uint32_t lifetime_seconds =
    std::chrono::duration_cast<std::chrono::seconds>(Tickets::lifetime).count();

}  // namespace

TicketIssuer::TicketIssuer(std::shared_ptr<Tickets> tickets, const HandshakeResult& result)
    : tickets_(std::move(tickets)) {
  std::ranges::copy(result.resumption.bytes(), contents_.resumption.begin());
  contents_.max_data = result.peer_parameters.max_data;
  contents_.max_stream_data = result.peer_parameters.max_stream_data;
  contents_.client_key = result.peer_key;
}

void TicketIssuer::issue(Time now, const PeerAddress& client, std::uint64_t seals, ByteView service) {
  wire::TicketContents contents = contents_;
  contents.service.assign(service.begin(), service.end());
  auto ticket = tickets_->issue_ticket(now, std::move(contents));
  if (!ticket) return;
  const auto oldest_play = std::ranges::find_if(pending_, [](const Pending& p) { return p.seals != 0; });
  if (pending_.size() == most_pending) pending_.erase(oldest_play);
  pending_.push_back({next_++, seals, std::move(*ticket), tickets_->issue_token(now, client)});
}

bool TicketIssuer::wants_to_send() const {
  return std::ranges::any_of(pending_, [](const Pending& p) { return !p.underway; });
}

void TicketIssuer::fill(wire::Writer& frames, recovery::CarriedList& carried) {
  for (Pending& next : pending_) {
    if (next.underway || carried.full()) continue;
    const wire::NewToken token{.token = next.token};
    const wire::NewTicket ticket{.lifetime = lifetime_seconds, .seals = next.seals, .ticket = next.ticket};
    if (frames.remaining() < wire::typed_size(token) + wire::typed_size(ticket)) return;
    wire::write_typed(frames, token);  // AV-TKT-10
    wire::write_typed(frames, ticket);
    carried.push_back({.what = recovery::Carried::What::ticket, .begin = next.number});
    next.underway = true;
  }
}

void TicketIssuer::on_acked(const recovery::Carried& carried) {
  std::erase_if(pending_, [&](const Pending& p) { return p.number == carried.begin; });
}

void TicketIssuer::on_lost(const recovery::Carried& carried) {
  for (Pending& p : pending_) {
    if (p.number == carried.begin) p.underway = false;
  }
}

}  // namespace avocet::session
