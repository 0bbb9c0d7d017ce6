#include <gtest/gtest.h>

#include <vector>

#include "protocol/session/listener.hpp"
#include "tests/network/sessions.hpp"

namespace avocet::test {
namespace {

/// Two shards of one server and a client, all datagrams without delay. `reached` is the shard that the
/// client's datagrams come to.
struct TwoShards {
  TwoShards() {
    for (std::uint8_t shard = 0; shard < 2; ++shard) {
      session::ListenerConfig config;
      config.shard = shard;
      config.shards = 2;
      config.keys = session::ListenerKeys::make(Entropy::of(9));
      shards.push_back(
          std::make_unique<session::Listener>(config, server_credentials(1), Entropy::of(10u + shard)));
    }
  }

  /// Everything that can happen now; true while something did.
  bool step() {
    bool busy = false;
    auto output = client.poll(now, room, 40);
    if (auto* t = std::get_if<session::Transmit>(&output)) busy = true, deliver(*t, *shards[reached]);
    if (auto* e = std::get_if<session::Event>(&output)) busy = true, events.push_back(std::move(*e));
    for (auto& shard : shards) {
      auto told = shard->poll(now, room, 40);
      if (std::holds_alternative<session::Wake>(told)) continue;
      busy = true;
      if (auto* t = std::get_if<session::Transmit>(&told)) deliver(*t, client);
      if (auto* f = std::get_if<session::Forward>(&told)) hand_over(*f);
    }
    return busy;
  }
  void run_for(Duration span) {
    for (const Time end = now + span; now < end; now += 5ms) {
      while (step()) {
      }
    }
  }
  void hand_over(const session::Forward& f) {
    Bytes copy(f.bytes.begin(), f.bytes.end());
    shards[f.shard]->receive(now, {f.from, f.to, f.ecn, f.arrived, copy});
  }
  template <class Thing>
  void deliver(const session::Transmit& t, Thing& thing) {
    for (std::size_t at = 0; at < t.size; at += t.segment) {
      Bytes copy(room.begin() + static_cast<std::ptrdiff_t>(at),
                 room.begin() + static_cast<std::ptrdiff_t>(std::min(at + t.segment, t.size)));
      thing.receive(now, {from_of(thing), to_of(thing), t.ecn, now, copy});
    }
  }
  PeerAddress from_of(const session::Listener&) const { return here; }
  PeerAddress to_of(const session::Listener&) const { return there; }
  PeerAddress from_of(const session::Session&) const { return there; }
  PeerAddress to_of(const session::Session&) const { return here; }

  PeerAddress here = PeerAddress::v4(198, 51, 100, 1, 1000), there = PeerAddress::v4(192, 0, 2, 1, 4747);
  Time now{1s};
  Bytes room = Bytes(64 << 10);
  std::vector<std::unique_ptr<session::Listener>> shards;
  std::size_t reached = 0;
  session::Session client =
      session::Session::connect({}, client_credentials(3), there, Entropy::of(4), now, calendar);
  std::vector<session::Event> events;
};

// AV-CID-1
TEST(Shards, APacketAtTheWrongShardStillFindsItsSession) {
  TwoShards s;
  s.run_for(100ms);
  ASSERT_TRUE(s.client.connected());
  s.reached = 1;
  s.run_for(300s);  // longer than any idle timeout
  EXPECT_TRUE(s.client.connected());
  EXPECT_EQ(s.shards[0]->sessions(), 1u);
  EXPECT_EQ(s.shards[1]->sessions(), 0u);
  EXPECT_GT(s.shards[1]->counters().forwarded, 10u);
  EXPECT_EQ(s.shards[1]->counters().strays, 0u);
}

// AV-CID-1, AV-ERR-8
TEST(Shards, AFloodForAnotherShardIsBoundedAndAnIdOfNoShardIsAStray) {
  TwoShards s;
  Bytes packet(100);
  const auto send = [&](std::uint64_t id) {
    wire::Writer writer(packet);
    wire::write_fields(writer, wire::SealedHeader{.destination = {id}});
    s.shards[0]->receive(s.now, {s.here, s.there, Ecn::not_ect, s.now, packet});
  };
  for (int i = 0; i < 10'000; ++i) send(std::uint64_t{1} << 56);
  EXPECT_EQ(s.shards[0]->counters().forwarded, 256u);
  EXPECT_EQ(s.shards[0]->counters().dropped_forwards, 10'000u - 256u);
  for (int i = 0; i < 256; ++i) {
    const auto output = s.shards[0]->poll(s.now, s.room, 40);
    const auto* forward = std::get_if<session::Forward>(&output);
    ASSERT_NE(forward, nullptr);
    EXPECT_EQ(forward->shard, 1);
    EXPECT_EQ(forward->from, s.here);
    EXPECT_TRUE(std::ranges::equal(forward->bytes, packet));
  }
  send(std::uint64_t{2} << 56);  // there are two shards
  send(0);
  EXPECT_EQ(s.shards[0]->counters().strays, 2u);
  EXPECT_FALSE(std::holds_alternative<session::Forward>(s.shards[0]->poll(s.now, s.room, 40)));
}

}  // namespace
}  // namespace avocet::test
