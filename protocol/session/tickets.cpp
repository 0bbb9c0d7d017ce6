#include "protocol/session/tickets.hpp"

#include <algorithm>

#include "protocol/session/handshake_transcript.hpp"

namespace avocet::session {
namespace {

constexpr std::string_view ticket_purpose = "ticket", token_purpose = "token";

std::uint64_t spelled(Time now) { return static_cast<std::uint64_t>(now.time_since_epoch().count()); }

std::array<std::byte, 16> ip_of(const PeerAddress& address) {
  std::array<std::byte, 16> out;
  std::ranges::copy(std::as_bytes(std::span(address.ip)), out.begin());
  return out;
}

}  // namespace

std::optional<Bytes> Tickets::issue_ticket(Time now, wire::TicketContents contents) {
  contents.serial = register_.issue();
  contents.issued = spelled(now);
  const Bytes plain = wire::encode(contents);
  if (plain.size() + crypto::SealKey::overhead > wire::max_ticket) return std::nullopt;
  return key_.seal(*context_, now, ticket_purpose, plain);
}

Bytes Tickets::issue_token(Time now, const PeerAddress& address) {
  const wire::TokenContents contents{register_.issue(), spelled(now), ip_of(address)};
  return key_.seal(*context_, now, token_purpose, wire::encode(contents));
}

std::optional<OpenedTicket> Tickets::open(Time now, const CheckedHello& checked) const {
  const wire::Hello& hello = checked.hello;
  if (!hello.ticket || !hello.binder) return std::nullopt;
  const auto plain = key_.open(*context_, ticket_purpose, *hello.ticket);
  if (!plain) return std::nullopt;
  auto contents = wire::decode<wire::TicketContents>(*plain);
  // AV-TKT-6
  if (!contents || !is_young(now, contents->issued) || !register_.fresh(contents->serial))
    return std::nullopt;
  const crypto::ScheduleSecret resumption(contents->resumption);
  const auto secret = crypto::ticket_secret(*context_, resumption, *hello.ticket);
  const crypto::Hash binder = make_binder(*context_, secret, hello_context(checked), checked.body);
  if (!crypto::equal_in_constant_time(*hello.binder, binder)) return std::nullopt;  // AV-TKT-5
  return OpenedTicket{std::move(*contents), secret};
}

bool Tickets::take_token(Time now, const PeerAddress& address, ByteView token) {
  const auto plain = key_.open(*context_, token_purpose, token);
  if (!plain) return false;
  const auto contents = wire::decode<wire::TokenContents>(*plain);
  // AV-TKT-10
  return contents && contents->address == ip_of(address) && is_young(now, contents->issued) &&
         register_.take(contents->serial);
}

bool Tickets::is_young(Time now, std::uint64_t issued) const {
  const Time at{Duration(static_cast<std::int64_t>(issued))};
  return at <= now && now - at < lifetime;
}

}  // namespace avocet::session
