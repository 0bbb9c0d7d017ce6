#include <gtest/gtest.h>

#include "protocol/service/tracks.hpp"
#include "tests/unit/service/street.hpp"

namespace avocet::test {
namespace {

wire::Publish publish_message(std::uint32_t id, const std::string& title) {
  wire::Publish publish{.play = {id}, .title = title};
  for (std::uint32_t i = 0; i < 4; ++i)
    publish.tracks.push_back(to_wire(House::tracks()[i], TrackId{4 * id + i}));
  return publish;
}

/// Ada publishes from shard 1 of three.
struct Broadcast : Street {
  explicit Broadcast(std::uint64_t seed) : Street(3, seed) {
    ada = join(1, "ada", 1);
    tell(1, ada, publish_message(1, "live"));
    settle();
  }
  House::Client viewer(std::size_t shard, std::uint64_t key, double mbps) {
    House::Client client = join(shard, "viewer" + std::to_string(key), key);
    client.port->now_path.target = DataRate::mbps(mbps);
    tell(shard, client, House::play_message(1, "live"));
    settle();
    return client;
  }
  void publish(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t n = from; n < to; ++n) {
      for (std::uint32_t track = 0; track < 4; ++track)
        (*this)[1].service.frame(now(), ada.id, TrackId{4 + track}, House::picture(now(), n), now());
      settle();
      run(50ms);
    }
  }
  House::Client ada;
};

// AV-SVC-13
TEST(Shards, ANameIsGivenOnceHoweverTheRaceGoes) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Street street(3, seed);
    std::vector<House::Client> rivals;
    for (std::size_t shard = 0; shard < 3; ++shard) {
      rivals.push_back(street[shard].connect(shard + 1));
      street.tell(shard, rivals[shard], street[shard].join_message(rivals[shard], "ada"));
    }
    street.settle();
    std::size_t welcomed = 0, refused = 0;
    for (const auto& rival : rivals) {
      welcomed += rival.port->all<wire::Welcome>().size();
      for (const auto& r : rival.port->all<wire::Refused>())
        refused += r.code == wire::RefusalCode::name_taken;
    }
    EXPECT_EQ(welcomed, 1u) << "seed " << seed;
    EXPECT_EQ(refused, 2u) << "seed " << seed;
    for (std::size_t shard = 0; shard < 3; ++shard) EXPECT_EQ(street[shard].service.users(), 1u);
  }
}

// AV-SVC-13
TEST(Shards, TheSameKeySupersedesItsGhostOnAnotherShard) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Street street(3, seed);
    const auto ghost = street.join(1, "ada", 1);
    const auto ada = street.join(2, "ada", 1);
    EXPECT_EQ(ghost.port->closed, wire::CloseCode::superseded);
    EXPECT_EQ(ada.port->all<wire::Welcome>().size(), 1u);
    EXPECT_TRUE(street[2].all<UserJoined>().back().superseded);
    street[1].service.closed(street.now(), ghost.id, wire::CloseCode::superseded, "", false);
    street.settle();
    for (std::size_t shard = 0; shard < 3; ++shard) EXPECT_EQ(street[shard].service.users(), 1u);
  }
}

// AV-SVC-15, AV-SVC-18
TEST(Shards, UsersSeeAndHearEachOther) {
  Street street(3, 1);
  const auto ada = street.join(1, "ada", 1);
  const auto bob = street.join(2, "bob", 2);
  street.run(100ms);
  EXPECT_EQ(ada.port->last<wire::Directory>().present.back().name, "bob");
  EXPECT_EQ(bob.port->all<wire::Directory>().at(0).present.size(), 2u);
  street.tell(1, ada, wire::Say{.line = "hello"});
  street.settle();
  for (const FakePort* hearer : {ada.port, bob.port}) {
    EXPECT_EQ(hearer->all<wire::Say>().size(), 1u);
    EXPECT_EQ(hearer->last<wire::Say>().from, "ada");
  }
  street[0].service.announce(street.now(), "soon");
  street.settle();
  EXPECT_EQ(bob.port->last<wire::Announce>().line, "soon");
  street[1].service.closed(street.now(), ada.id, wire::CloseCode::idle, "", false);
  street.settle();
  street.run(100ms);
  EXPECT_EQ(bob.port->last<wire::Directory>().left, std::vector<std::string>{"ada"});
}

TEST(Shards, WhatIsSaidBeforeTheAnswerIsDoneAfterIt) {
  Street street(2, 1);
  const auto ada = street[1].connect(1);
  Bytes both = wire::frame_message(street[1].join_message(ada, "ada"));
  for (const Bytes& next : {wire::frame_message(publish_message(1, "live")),
                            wire::frame_message(House::play_message(2, "live"))}) {
    both.insert(both.end(), next.begin(), next.end());
  }
  street[1].service.received(street.now(), ada.id, both);
  EXPECT_FALSE(street[1].service.attentive(ada.id));
  street.settle();
  EXPECT_TRUE(street[1].service.attentive(ada.id));
  EXPECT_EQ(street[1].service.next_attentive(), ada.id);
  EXPECT_EQ(ada.port->all<wire::Published>().size(), 1u);
  EXPECT_EQ(ada.port->all<wire::Tracks>().size(), 1u);
  EXPECT_TRUE(ada.port->all<wire::Refused>().empty());
}

// AV-MED-15, AV-LIVE-3, AV-LIVE-4
TEST(Shards, ALiveTitleIsSeenOnAllWithTheSameTimes) {
  Broadcast b(1);
  b.publish(0, 5);
  const auto here = b.viewer(1, 2, 1), there = b.viewer(2, 3, 1);
  b.publish(5, 12);
  const auto later = b.viewer(2, 4, 1);
  b.publish(12, 20);
  EXPECT_EQ(House::numbers(there, 0), House::range(0, 20));
  EXPECT_EQ(House::numbers(there, 0), House::numbers(here, 0));
  EXPECT_EQ(House::numbers(there, 3), House::numbers(here, 3));
  EXPECT_EQ(House::numbers(later, 0), House::range(10, 20));
  ASSERT_EQ(there.port->sent.size(), here.port->sent.size());
  for (std::size_t i = 0; i < here.port->sent.size(); ++i) {
    EXPECT_EQ(there.port->sent[i].deadline, here.port->sent[i].deadline);
    EXPECT_EQ(there.port->sent[i].frame.payload, here.port->sent[i].frame.payload);  // shared, not copied
  }
}

TEST(Shards, FramesCrossOnceAndOnlyWhereSomebodyWatches) {
  Broadcast b(2);
  b.publish(0, 10);
  EXPECT_EQ(b.carried<shard::LiveFrame>(), 0u);
  const auto first = b.viewer(2, 2, 1), second = b.viewer(2, 3, 1);
  b.publish(10, 20);
  EXPECT_EQ(b.carried<shard::LiveFrame>(), 40u);
  b.tell(2, first, wire::Stop{.play = {1}});
  b.tell(2, second, wire::Stop{.play = {1}});
  b.settle();
  b.publish(20, 30);
  EXPECT_EQ(b.carried<shard::LiveFrame>(), 40u);
  // Who comes back begins with what is on now.
  b.tell(2, first, House::play_message(2, "live"));
  b.settle();
  b.publish(30, 35);
  EXPECT_EQ(House::numbers(first, 0), House::range(20, 35));
}

// AV-LIVE-6
TEST(Shards, TheEncoderHearsOfTheBestViewerOnAnyShard) {
  Broadcast b(3);
  b.viewer(1, 2, 1);
  const auto best = b.viewer(2, 3, 5);
  b.publish(0, 20);
  EXPECT_EQ(b.ada.port->last<wire::TargetRate>().rate, 4'900'000u);
  b.tell(2, best, wire::Stop{.play = {1}});
  b.settle();
  b.publish(20, 40);
  EXPECT_EQ(b.ada.port->last<wire::TargetRate>().rate, 980'000u);
}

// AV-LIVE-10
TEST(Shards, AKeyFrameIsWantedFromAnyShard) {
  Broadcast b(3);
  const auto bob = b.viewer(2, 2, 1);
  b.publish(0, 5);
  b.run(1s);
  b.tell(2, bob, wire::KeyFrameWanted{.play = {1}, .after = {4}});
  b.settle();
  EXPECT_EQ(b.ada.port->last<wire::KeyFrameWanted>(), (wire::KeyFrameWanted{.play = {1}, .after = {4}}));
}

// AV-LIVE-8
TEST(Shards, ALiveTitleEndsForAllAndItsNameIsFree) {
  Broadcast b(4);
  const auto there = b.viewer(2, 2, 1);
  const auto bob = b.join(0, "bob", 9);
  b.tell(0, bob, publish_message(1, "live"));
  b.settle();
  EXPECT_EQ(bob.port->last<wire::Refused>().code, wire::RefusalCode::title_taken);
  b.tell(0, bob, wire::Browse{});
  EXPECT_EQ(bob.port->last<wire::Catalogue>().titles.at(0).viewers, 1u);
  b[1].service.closed(b.now(), b.ada.id, wire::CloseCode::idle, "", false);
  b.settle();
  EXPECT_EQ(there.port->last<wire::Ended>().reason, "ada left");
  EXPECT_EQ(b[1].all<TitleWithdrawn>().size(), 1u);
  b.tell(0, bob, publish_message(2, "live"));
  b.settle();
  EXPECT_EQ(bob.port->all<wire::Published>().size(), 1u);
  b.tell(2, there, House::play_message(2, "live"));
  b.settle();
  EXPECT_EQ(there.port->all<wire::Tracks>().size(), 2u);
}

/// Everybody does anything, and messages between shards overtake each other as far as they may. When all has
/// been said, the shards agree, and when all have gone nothing is left.
TEST(Shards, AgreeInTheEndWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Street street(3, seed);
    street.lazy = true;
    std::mt19937_64& random = street.random;
    struct Person {
      std::size_t shard;
      House::Client client;
      std::uint32_t next = 1;
      std::uint32_t publication = 0;
    };
    std::vector<Person> people;
    const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    for (int step = 0; step < 300; ++step) {
      if (people.size() < 6) {
        const std::size_t shard = pick(3);
        Person person{shard, street[shard].connect(1 + pick(3))};
        street.tell(shard, person.client,
                    street[shard].join_message(person.client, std::string(1, "ab"[pick(2)])));
        people.push_back(std::move(person));
        continue;
      }
      const std::size_t i = pick(people.size());
      Person& p = people[i];
      const std::string title(1, "xy"[pick(2)]);
      switch (pick(7)) {
        case 0:
          p.publication = p.next++;
          street.tell(p.shard, p.client, publish_message(p.publication, title));
          break;
        case 1:
        case 2: street.tell(p.shard, p.client, House::play_message(p.next++, title)); break;
        case 3:
          street.tell(p.shard, p.client, wire::Stop{.play = {static_cast<std::uint32_t>(1 + pick(p.next))}});
          break;
        case 4:
          for (std::uint64_t n = 0; n < 3; ++n) {
            media::Frame frame = House::segment(0, 0)->frames[n];
            street[p.shard].service.frame(street.now(), p.client.id, TrackId{4 * p.publication}, frame,
                                          street.now());
          }
          street[p.shard].drain();
          break;
        case 5: street.carry_some(); break;
        default:
          street[p.shard].service.closed(street.now(), p.client.id, wire::CloseCode::idle, "", false);
          street[p.shard].drain();
          people.erase(people.begin() + static_cast<std::ptrdiff_t>(i));
      }
      street.run(20ms);
    }
    street.settle();
    street.run(1s);
    std::set<std::string> names;
    std::size_t joined = 0;
    for (const Person& p : people) {
      if (p.client.port->closed || p.client.port->all<wire::Welcome>().empty()) continue;
      ++joined;
      for (const auto& event : street[p.shard].all<UserJoined>()) {
        if (event.session == p.client.id) names.insert(event.name);
      }
    }
    EXPECT_EQ(names.size(), joined);
    const auto state = [&](std::size_t shard) {
      const auto listener = street[shard].connect(77);
      street.tell(shard, listener, wire::Browse{});
      auto titles = listener.port->last<wire::Catalogue>().titles;
      street[shard].service.closed(street.now(), listener.id, wire::CloseCode::none, "", true);
      return titles;
    };
    for (std::size_t shard = 0; shard < 3; ++shard) {
      EXPECT_EQ(street[shard].service.users(), joined);
      EXPECT_EQ(state(shard), state(0));
    }
    for (const Person& p : people)
      street[p.shard].service.closed(street.now(), p.client.id, wire::CloseCode::idle, "", false);
    for (std::size_t shard = 0; shard < 3; ++shard) street[shard].drain();
    street.settle();
    for (std::size_t shard = 0; shard < 3; ++shard) {
      EXPECT_EQ(street[shard].service.users(), 0u);
      EXPECT_EQ(street[shard].service.plays(), 0u);
      EXPECT_TRUE(state(shard).empty());
    }
  }
}

}  // namespace
}  // namespace avocet::test
