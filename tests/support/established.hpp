#pragma once

#include "protocol/session/handshake_transcript.hpp"
#include "protocol/session/session.hpp"
#include "tests/support/world.hpp"

namespace avocet::test {

/// Two sessions with their handshake behind them, and secrets, ids and packet numbers that the test chose:
/// `client` is the first client of a World of sessions, `server` its server.
struct EstablishedPair {
  using Pair = World<session::Session, session::Session>;

  session::Config client_config, server_config;
  session::Established client, server;

  /// `from_client` and `from_server` are the numbers of the first Protected packets.
  explicit EstablishedPair(std::uint64_t seed, const session::Config& both = {},
                           PacketNumber from_client = {}, PacketNumber from_server = {})
      : client_config(both), server_config(both), seed_(seed) {
    for (auto* secret : {&client.traffic.client, &client.traffic.server}) {
      for (std::byte& b : secret->bytes()) b = static_cast<std::byte>(++seed);
    }
    client.own_id = server.peer_id = {0xc1'00'00'00'00'00'00'01};
    client.peer_id = server.own_id = {0x5e'00'00'00'00'00'00'02};
    client.peer = server.local = Pair::server_address;
    client.local = server.peer = Pair::client_address(0);
    client.first_sent = server.first_received = from_client;
    client.first_received = server.first_sent = from_server;
    server.traffic = client.traffic;
  }

  session::Session make_client(Time now) const { return make(session::Role::client, now); }
  session::Session make_server(Time now) const { return make(session::Role::server, now); }

  /// Both ends in a world, the client's link up and down given.
  void enter(Pair& world, const link::LinkConfig& up, const link::LinkConfig& down) const {
    world.set_server(std::make_unique<session::Session>(make_server(world.now())));
    world.add_client(std::make_unique<session::Session>(make_client(world.now())), up, down);
  }

 private:
  session::Session make(session::Role role, Time now) const {
    const bool is_client = role == session::Role::client;
    session::Established outcome = is_client ? client : server;
    constexpr std::array<std::byte, 16> token{};
    outcome.peer_parameters = session::parameters_of(is_client ? server_config : client_config, token);
    const std::uint64_t entropy = 2 * seed_ + (is_client ? 0 : 1);
    return session::Session::established(is_client ? client_config : server_config,
                                         std::make_shared<crypto::Context>(Entropy::of(entropy)), role,
                                         outcome, Entropy::of(~entropy), now);
  }

  std::uint64_t seed_;
};

}  // namespace avocet::test
