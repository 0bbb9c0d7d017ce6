#include <gtest/gtest.h>

#include "tests/network/sessions.hpp"

namespace avocet::test {
namespace {

using session::Resumption;

constexpr Duration one_way = 20ms;
const auto path = lossy(one_way, 0);
/// The same address as that of the first client, from another port.
PeerAddress same_address() {
  PeerAddress address = World<session::Listener, session::Session>::client_address(0);
  address.port += 1000;
  return address;
}

/// A client that has met the server, and the tickets it was given.
struct Returning : Sessions {
  explicit Returning(std::uint64_t number, session::ListenerConfig config = {})
      : Sessions(number, config), credentials(client_credentials(number)) {
    connect_as(credentials, path, path);
    EXPECT_TRUE(world.run_until([&] { return !tickets().empty(); }, 5s));
    world.client().close(world.now(), wire::CloseCode::none, "later");
    world.run_for(5s);
    EXPECT_EQ(world.server().sessions(), 0u);
  }

  std::vector<Resumption> tickets(std::size_t i = 0) const {
    std::vector<Resumption> all;
    for (const auto& event : client_events[i]) {
      if (const auto* t = std::get_if<session::TicketReceived>(&event)) all.push_back(t->resumption);
    }
    return all;
  }
  /// Comes back with it; the Connected of the client.
  std::optional<session::Connected> come_back(std::optional<Resumption> kept,
                                              std::optional<PeerAddress> address = same_address(),
                                              UnixTime date = calendar) {
    session::ClientCredentials returning = credentials;
    returning.resumption = std::move(kept);
    const std::size_t before = accepted.size();
    const std::size_t i = connect_as(returning, path, path, {}, address, date);
    world.run_until([&] { return connected(i) && accepted.size() > before; }, 5s);
    world.run_for(200ms);  // for new tickets
    return told(i);
  }
  std::optional<session::Connected> told(std::size_t i) const {
    for (const auto& event : client_events[i]) {
      if (const auto* c = std::get_if<session::Connected>(&event)) return *c;
    }
    return std::nullopt;
  }
  const session::Connected& last_accepted() const {
    for (std::size_t i = server_events.size(); i-- > 0;) {
      if (const auto* c = std::get_if<session::Connected>(&server_events[i].event)) return *c;
    }
    throw std::runtime_error("nobody was accepted");
  }

  session::ClientCredentials credentials;
};

// AV-TKT-1, AV-TKT-7
TEST(Resumption, BothEndsKnowEachOtherWithoutShowingAnIdentity) {
  Returning r(1);
  const auto first = r.told(0);
  const auto again = r.come_back(r.tickets().at(0));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->resumed);
  EXPECT_FALSE(first->resumed);
  EXPECT_EQ(again->fingerprint, first->fingerprint);
  EXPECT_EQ(again->peer_key, first->peer_key);
  EXPECT_TRUE(r.last_accepted().resumed);
  EXPECT_EQ(r.last_accepted().peer_key, r.credentials.identity->public_key().der());
  EXPECT_EQ(r.last_accepted().fingerprint,
            to_string(r.credentials.identity->public_key().fingerprint(*r.credentials.context)));
}

TEST(Resumption, CarriesDataBothWaysAndGivesNewTickets) {
  Returning r(2);
  ASSERT_TRUE(r.come_back(r.tickets().at(0))->resumed);
  r.world.client(1).write(r.world.now(), StreamId{0}, as_bytes("here again"));
  r.world.run_for(1s);
  EXPECT_EQ(as_text(r.server_session(1).read(r.world.now(), StreamId{0}).data), "here again");
  ASSERT_EQ(r.tickets(1).size(), 1u);
  EXPECT_TRUE(r.come_back(r.tickets(1)[0])->resumed);
}

// AV-TKT-6
TEST(Resumption, ATicketServesOnce) {
  Returning r(3);
  EXPECT_TRUE(r.come_back(r.tickets().at(0))->resumed);
  const auto again = r.come_back(r.tickets().at(0));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->resumed);  // the full handshake, without a word
}

// AV-TKT-6
TEST(Resumption, ATicketServesForADay) {
  Returning young(4), old(5);
  young.world.run_for(23h);
  EXPECT_TRUE(young.come_back(young.tickets().at(0))->resumed);
  old.world.run_for(24h + 1s);
  EXPECT_FALSE(old.come_back(old.tickets().at(0))->resumed);
  Returning expired(6);
  EXPECT_EQ(expired.tickets().at(0).expires, calendar + 24h);
  EXPECT_FALSE(expired.come_back(expired.tickets().at(0), same_address(), calendar + 24h)->resumed);
}

// AV-TKT-5, AV-TKT-6
TEST(Resumption, WhatIsMangledForeignOrUnprovenFallsBackToTheFullHandshake) {
  Returning r(7);
  const Resumption good = r.tickets().at(0);
  const auto falls_back = [&](const Resumption& kept, const char* what) {
    const auto connected = r.come_back(kept);
    ASSERT_TRUE(connected) << what;
    EXPECT_FALSE(connected->resumed) << what;
  };
  for (const std::size_t at : {0uz, 5uz, 20uz, 60uz, good.ticket.size() - 1}) {
    Resumption mangled = good;
    mangled.ticket[at] ^= std::byte{1};
    falls_back(mangled, "mangled ticket");
  }
  Resumption stolen = good;  // seen on the way, without its secret
  stolen.secret = {};
  falls_back(stolen, "without the secret");
  Resumption shortened = good;
  shortened.ticket.resize(10);
  falls_back(shortened, "short ticket");
  Returning elsewhere(8);
  falls_back(elsewhere.tickets().at(0), "ticket of another server and client");
  EXPECT_TRUE(r.come_back(good)->resumed) << "none of that used it up";
}

// AV-TKT-9
TEST(Resumption, ATicketIsNotOfferedToAServerThatWouldNotBeTrustedNow) {
  Returning r(9);
  r.credentials.trust.pinned.emplace();
  const auto refused = r.come_back(r.tickets().at(0));
  EXPECT_FALSE(refused);
  r.credentials.trust.pinned = server_credentials(9 * 7).chain->fingerprint();
  EXPECT_TRUE(r.come_back(r.tickets().at(0))->resumed);
}

// AV-TKT-9
TEST(Resumption, ATicketIsOfNoUseToAnotherIdentity) {
  Returning r(10);
  r.credentials = client_credentials(4711);
  const auto connected = r.come_back(r.tickets().at(0));
  ASSERT_TRUE(connected);
  EXPECT_FALSE(connected->resumed);
  EXPECT_EQ(r.last_accepted().peer_key, r.credentials.identity->public_key().der());
}

// AV-TKT-4
TEST(Resumption, GoesOnAfterARetryWithTheBinderMadeAnew) {
  session::ListenerConfig config;
  config.half_open_before_retry = 0;
  Returning r(11, config);
  Resumption without_token = r.tickets().at(0);
  without_token.token.clear();
  const auto before = r.world.server().counters().retries;
  EXPECT_TRUE(r.come_back(without_token)->resumed);
  EXPECT_GT(r.world.server().counters().retries, before);
}

// AV-TKT-10
TEST(AddressToken, SparesTheRetryOnceAndFromItsAddressOnly) {
  session::ListenerConfig config;
  config.half_open_before_retry = 0;
  Returning r(12, config);
  const auto retries = [&] { return r.world.server().counters().retries; };
  const Resumption kept = r.tickets().at(0);
  auto before = retries();
  EXPECT_TRUE(r.come_back(kept)->resumed);
  EXPECT_EQ(retries(), before);
  const Resumption next = r.tickets(1).at(0);
  EXPECT_FALSE(r.come_back(kept)->resumed);  // ticket and token were used
  EXPECT_GT(retries(), before);
  before = retries();
  EXPECT_TRUE(r.come_back(next, PeerAddress::v4(203, 0, 113, 9, 10000))->resumed);
  EXPECT_GT(retries(), before);
}

TEST(AddressToken, IsOfNoUseMangledOrOfAnotherServerOrOld) {
  session::ListenerConfig config;
  config.half_open_before_retry = 0;
  Returning r(13, config), elsewhere(14, config);
  Resumption kept = r.tickets().at(0);
  kept.token.back() ^= std::byte{1};
  auto before = r.world.server().counters().retries;
  EXPECT_TRUE(r.come_back(kept)->resumed);  // the ticket is good
  EXPECT_GT(r.world.server().counters().retries, before);
  kept = r.tickets(1).at(0);
  kept.token = elsewhere.tickets().at(0).token;
  before = r.world.server().counters().retries;
  EXPECT_TRUE(r.come_back(kept)->resumed);
  EXPECT_GT(r.world.server().counters().retries, before);
}

TEST(Resumption, AllTicketsOfAConnectionHaveTheirOwnSecrets) {
  Returning a(15), b(16);
  EXPECT_NE(a.tickets().at(0).secret, b.tickets().at(0).secret);
  ASSERT_TRUE(a.come_back(a.tickets().at(0))->resumed);
  EXPECT_NE(a.tickets(0).at(0).secret, a.tickets(1).at(0).secret);
  EXPECT_NE(a.tickets(0).at(0).ticket, a.tickets(1).at(0).ticket);
}

// AV-HS-37
TEST(Resumption, TwoHundredOfTwoHundredAtThirtyPercentLoss) {
  std::size_t resumed = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Returning r(1000 + seed);
    session::ClientCredentials returning = r.credentials;
    returning.resumption = r.tickets().at(0);
    const std::size_t before = r.accepted.size();
    r.connect_as(returning, lossy(50ms, 0.3), lossy(50ms, 0.3), {}, same_address());
    ASSERT_TRUE(r.world.run_until([&] { return r.connected(1) && r.accepted.size() > before; }, 30s))
        << "seed " << seed;
    resumed += r.told(1)->resumed;
  }
  EXPECT_EQ(resumed, 200u);
}

}  // namespace
}  // namespace avocet::test
