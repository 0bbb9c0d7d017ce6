#pragma once

#include <string>
#include <vector>

#include "protocol/session/listener.hpp"
#include "tests/support/credentials.hpp"
#include "tests/support/world.hpp"

namespace avocet::test {

/// Sessions and a listener on a virtual clock, with what they told.
struct Sessions {
  explicit Sessions(std::uint64_t seed_number, session::ListenerConfig config = {})
      : world(seed_number), seed(seed_number) {
    world.set_server(
        std::make_unique<session::Listener>(config, server_credentials(seed * 7), Entropy::of(seed * 7 + 1)));
    world.on_server = [this](session::Listener::Output& output) {
      auto& told = std::get<session::Listener::SessionEvent>(output);
      if (std::holds_alternative<session::Connected>(told.event)) accepted.push_back(told.session);
      server_events.push_back(std::move(told));
      if (on_server_event) on_server_event(server_events.back());
    };
    world.on_client = [this](std::size_t i, session::Output& output) {
      client_events[i].push_back(std::get<session::Event>(std::move(output)));
      if (on_client_event) on_client_event(i, client_events[i].back());
    };
  }

  std::size_t connect(const link::LinkConfig& up, const link::LinkConfig& down, session::Config config = {}) {
    return connect_as(client_credentials(seed * 1000 + 10 * (client_events.size() + 1)), up, down, config);
  }
  /// The same with the keys, and from the address, that are given.
  std::size_t connect_as(session::ClientCredentials credentials, const link::LinkConfig& up,
                         const link::LinkConfig& down, session::Config config = {},
                         std::optional<PeerAddress> address = {}, UnixTime date = calendar) {
    client_events.emplace_back();
    const std::uint64_t n = client_events.size();
    return world.add_client(std::make_unique<session::Session>(session::Session::connect(
                                config, std::move(credentials), World_::server_address,
                                Entropy::of(seed * 1000 + 10 * n + 5), world.now(), date)),
                            up, down, address);
  }

  bool connected(std::size_t i = 0) { return has<session::Connected>(i); }
  template <class Event>
  bool has(std::size_t i = 0) const {
    for (const auto& event : client_events[i]) {
      if (std::holds_alternative<Event>(event)) return true;
    }
    return false;
  }
  session::Session& server_session(std::size_t i = 0) { return *world.server().touch(accepted.at(i)); }

  using World_ = World<session::Listener, session::Session>;
  World_ world;
  std::uint64_t seed;
  std::vector<SessionId> accepted;
  std::vector<session::Listener::SessionEvent> server_events;
  std::vector<std::vector<session::Event>> client_events;
  std::function<void(session::Listener::SessionEvent&)> on_server_event;
  std::function<void(std::size_t, session::Event&)> on_client_event;
};

inline link::LinkConfig lossy(Duration delay, double loss) {
  return {.delay = delay, .loss = link::Loss::bernoulli(loss)};
}

}  // namespace avocet::test
