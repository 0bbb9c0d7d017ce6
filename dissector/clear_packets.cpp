#include <algorithm>

#include "dissector/capture.hpp"

/// Packets of the handshake in the clear, and Reset.
namespace avocet::dissector {
namespace {

std::string describe(const wire::DecodeError& error) {
  return std::string(error.field) + ": " + std::string(wire::to_string(error.fault)) + " (AV-ENC)";
}

/// What a Reset for one of that side's ids ends in, when the capture shows it (AV-RST-1).
std::optional<std::array<std::byte, 16>> token_of(const Flow& side, ConnectionId id) {
  for (const auto& [sequence, given] : side.ids) {
    if (given.id == id) return given.reset_token;
  }
  if (!side.parameters || side.first_id != id) return std::nullopt;
  return side.parameters->reset_token;
}

}  // namespace

void Capture::see_clear(PacketRecord& record, const Datagram& datagram) {
  const auto packet = wire::decode<wire::ClearPacket>(datagram.bytes);
  if (!packet) {
    if (datagram.bytes.size() == datagram.size)
      record.judge(whole_packet, Finding::malformed, describe(packet.error()));
    return;
  }
  wire::ClearMessages::for_each([&]<class T>(std::type_identity<T>) {
    // A message's type in the transcript is its packet's kind.
    if (wire::Wire<T>::type != static_cast<std::uint64_t>(packet->kind)) return;
    if (const auto message = wire::decode<T>(packet->body)) {
      on(record, datagram, *message);
    } else {
      record.judge(whole_packet, Finding::malformed, describe(message.error()));
    }
  });
}

void Capture::on(PacketRecord& record, const Datagram& datagram, const wire::Hello& hello) {
  Connection& connection = connection_of(hello);
  if (!connection.hello) connection.hello_at = {&record, datagram.at};
  if (connection.hello == hello) {
    record.link(whole_packet, Derived::retransmission_of, connection.hello_at, Derived::retransmission_in);
    record.tell(whole_packet, Derived::retransmission_delay, datagram.at - connection.hello_at.at);
    record.judge(whole_packet, Finding::retransmission, "The same Hello again");
  }
  connection.hello = hello;
  connection.hello_size = datagram.size;
  connection.proven |= hello.token.has_value();
  settle(record, datagram, connection, Side::client);
  connection.of(Side::client).address = datagram.from;
  if (datagram.size < 1200) record.judge(whole_packet, Finding::hello_short);
  if (std::ranges::find(hello.groups, hello.share_group) == hello.groups.end())
    record.judge(whole_packet, Finding::hello_share);
}

void Capture::on(PacketRecord& record, const Datagram& datagram, const wire::Retry& retry) {
  record.judge(whole_packet, Finding::retry);
  const auto route = routes_.find(retry.client_cid);
  if (route == routes_.end()) return;
  settle(record, datagram, *route->second.connection, Side::server);
  check_answer(record, datagram, *route->second.connection);
}

void Capture::on(PacketRecord& record, const Datagram& datagram, const wire::Refuse& refuse) {
  record.judge(whole_packet, Finding::refuse);
  const auto route = routes_.find(refuse.client_cid);
  if (route == routes_.end()) return;
  settle(record, datagram, *route->second.connection, Side::server);
  check_answer(record, datagram, *route->second.connection);
}

void Capture::on(PacketRecord& record, const Datagram& datagram, const wire::ServerHello& answer) {
  const auto route = routes_.find(answer.client_cid);
  Connection& connection = route == routes_.end() ? begin_connection() : *route->second.connection;
  learn(answer.client_cid, connection, Side::client);
  learn(answer.cid, connection, Side::server);
  connection.of(Side::server).first_id = answer.cid;
  if (!connection.random) {
    connection.random = keys_.owner(answer.cid);
    if (connection.random) by_random_[*connection.random] = &connection;
  }
  connection.resumed = answer.resumed;
  settle(record, datagram, connection, Side::server);
  connection.of(Side::server).address = datagram.from;
  if (!connection.hello) return;
  record.link(whole_packet, Derived::request_in, connection.hello_at, Derived::response_in);
  record.tell(whole_packet, Derived::response_time, datagram.at - connection.hello_at.at);
  const wire::Hello& hello = *connection.hello;
  const bool offered = std::ranges::find(hello.versions, answer.version) != hello.versions.end() &&
                       answer.group == hello.share_group && (!answer.resumed || hello.ticket);
  if (!offered) record.judge(whole_packet, Finding::not_offered);
}

void Capture::check_answer(PacketRecord& record, const Datagram& datagram, Connection& connection) {
  if (connection.from_the_beginning() && datagram.size >= connection.hello_size)
    record.judge(whole_packet, Finding::answer_too_large);
}

void Capture::see_reset(PacketRecord& record, const Datagram& datagram) {
  const auto reset = wire::decode<wire::ResetPacket>(datagram.bytes);
  if (!reset) {
    if (datagram.bytes.size() == datagram.size)
      record.judge(whole_packet, Finding::malformed, describe(reset.error()));
    return;
  }
  const auto route = routes_.find(reset->unknown);
  const Flow* sender =
      route == routes_.end() ? nullptr : &route->second.connection->of(route->second.receiver);
  const auto token = sender == nullptr ? std::nullopt : token_of(*sender, reset->unknown);
  record.judge(whole_packet, !token || *token == reset->token ? Finding::reset : Finding::reset_forged);
  if (sender != nullptr) settle(record, datagram, *route->second.connection, route->second.receiver);
}

}  // namespace avocet::dissector
