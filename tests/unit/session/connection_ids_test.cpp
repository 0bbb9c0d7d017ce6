#include "protocol/session/connection_ids.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace avocet::session {
namespace {

constexpr ResetTokenBytes token(unsigned n) { return {static_cast<std::byte>(n)}; }
wire::NewId id(std::uint64_t sequence, std::uint64_t retire_before = 0) {
  return {sequence, retire_before, {100 + sequence}, token(static_cast<unsigned>(sequence))};
}
PeerIds peer_ids(std::uint8_t most = 4) {
  PeerIds ids(most);
  ids.set_first({100}, token(0));
  return ids;
}
std::string_view offer(PeerIds& ids, const wire::NewId& offered) {
  bool fresh = false;
  return ids.offer(offered, fresh);
}
std::vector<std::uint64_t> retirements(PeerIds& ids) {
  std::vector<std::uint64_t> all;
  while (const auto next = ids.next_retirement()) all.push_back(next->sequence);
  return all;
}

// AV-CID-2
TEST(OwnIds, AreGivenUpToWhatThePeerKeeps) {
  OwnIds ids({1});
  EXPECT_FALSE(ids.wants_more());
  ids.set_limit(3);
  for (std::uint64_t n = 2; ids.wants_more(); ++n) ids.add({n}, token(0));
  EXPECT_TRUE(ids.owns({1}) && ids.owns({2}) && ids.owns({3}));
  EXPECT_FALSE(ids.owns({4}));
  EXPECT_EQ(ids.next_news()->sequence, 1u);
  EXPECT_EQ(ids.next_news()->sequence, 2u);
  EXPECT_FALSE(ids.next_news());
  ids.on_news_lost(1);  // AV-CID-10
  EXPECT_EQ(ids.next_news()->id, ConnectionId{2});
}

// AV-CID-2
TEST(OwnIds, NoneAndTooManyAreTakenForOneAndFour) {
  OwnIds ids({1});
  ids.set_limit(0);
  EXPECT_FALSE(ids.wants_more());
  ids.set_limit(255);
  std::uint64_t n = 1;
  while (ids.wants_more()) ids.add({++n}, token(0));
  EXPECT_EQ(n, most_ids);
}

// AV-CID-7
TEST(OwnIds, ARetiredOneIsReplacedAndKeptForAWhile) {
  OwnIds ids({1});
  ids.set_limit(2);
  ids.add({2}, token(0));
  EXPECT_EQ(ids.retire(0, {2}, Time{5s}), "");
  EXPECT_TRUE(ids.wants_more());
  ids.add({3}, token(0));
  ids.forget(Time{4s});
  EXPECT_TRUE(ids.owns({1}));
  ids.forget(Time{5s});
  EXPECT_FALSE(ids.owns({1}));
  EXPECT_EQ(ids.take_freed(), ConnectionId{1});
  EXPECT_FALSE(ids.take_freed());
  EXPECT_EQ(ids.retire(0, {2}, Time{6s}), "");  // said twice
}

// AV-CID-6
TEST(OwnIds, OnesNeverGivenOrInUseCannotBeRetired) {
  OwnIds ids({1});
  ids.set_limit(4);
  EXPECT_NE(ids.retire(1, {1}, Time{5s}), "");
  EXPECT_NE(ids.retire(0, {1}, Time{5s}), "");
}

// AV-ERR-8
RC_GTEST_PROP(OwnIds, NoOrderOfCallsHoldsMoreThanTheBoundOrLosesOne, ()) {
  OwnIds ids({1});
  ids.set_limit(*rc::gen::inRange<std::uint8_t>(0, 10));
  std::set<std::uint64_t> alive{1};
  std::uint64_t next = 2;
  Time now{1s};
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    const auto before = *rc::gen::inRange<std::uint64_t>(0, next);
    ids.retire(before, {0}, now + 100ms);
    now += *rc::gen::element(0ms, 50ms, 200ms);
    ids.forget(now);
    while (const auto freed = ids.take_freed()) RC_ASSERT(alive.erase(freed->value) == 1u);
    for (; ids.wants_more(); ++next) ids.add({next}, token(0)), alive.insert(next);
    RC_ASSERT(alive.size() <= 2 * most_ids);
    for (const std::uint64_t n : alive) RC_ASSERT(ids.owns({n}));
  }
}

// AV-CID-3
TEST(PeerIds, MoreThanWereAskedForAreRefused) {
  PeerIds ids = peer_ids();
  for (std::uint64_t n = 1; n <= 3; ++n) EXPECT_EQ(offer(ids, id(n)), "");
  EXPECT_NE(offer(ids, id(4)), "");
}

// AV-CID-3
TEST(PeerIds, ThoseThatTheSameFrameRetiresDoNotCount) {
  PeerIds ids = peer_ids(2);
  for (std::uint64_t n = 1; n <= 5; ++n) {
    EXPECT_EQ(offer(ids, id(n, n - 1)), "");
    for (const std::uint64_t sequence : retirements(ids)) ids.on_retirement_acked(sequence);
  }
  EXPECT_EQ(ids.current(), (ConnectionId{104}));
}

// AV-CID-4
TEST(PeerIds, TheSameAgainIsNothingNewAndAContradictionIsAnError) {
  PeerIds ids = peer_ids();
  bool fresh = false;
  EXPECT_EQ(ids.offer(id(1), fresh), "");
  EXPECT_TRUE(fresh);
  EXPECT_EQ(ids.offer(id(1), fresh), "");
  EXPECT_FALSE(fresh);
  wire::NewId other = id(1);
  other.id = {7};
  EXPECT_NE(offer(ids, other), "");
  other = id(1);
  other.reset_token[3] ^= std::byte{1};
  EXPECT_NE(offer(ids, other), "");
  other = id(2);
  other.id = {101};
  EXPECT_NE(offer(ids, other), "");
}

// AV-CID-4, AV-CID-5
TEST(PeerIds, ARetiredOneDoesNotComeBackWhenItsOfferIsRepeated) {
  PeerIds ids = peer_ids();
  EXPECT_EQ(offer(ids, id(1)), "");
  EXPECT_TRUE(ids.move_on());
  EXPECT_EQ(offer(ids, id(2)), "");
  EXPECT_TRUE(ids.move_on());
  EXPECT_EQ(offer(ids, id(1)), "");
  EXPECT_FALSE(ids.move_on());
  EXPECT_EQ(ids.current(), ConnectionId{102});
  EXPECT_EQ(retirements(ids), (std::vector<std::uint64_t>{0, 1}));
  ids.on_retirement_lost(1);  // AV-CID-10
  EXPECT_EQ(retirements(ids), std::vector<std::uint64_t>{1});
}

// AV-CID-5
TEST(PeerIds, RetireBeforeTakesTheOneInUseAndThoseThatComeLate) {
  PeerIds ids = peer_ids();
  EXPECT_EQ(offer(ids, id(3, 3)), "");
  EXPECT_EQ(ids.current(), ConnectionId{103});
  EXPECT_EQ(retirements(ids), std::vector<std::uint64_t>{0});
  EXPECT_EQ(offer(ids, id(2)), "");
  EXPECT_EQ(retirements(ids), std::vector<std::uint64_t>{2});
  EXPECT_FALSE(ids.move_on());
}

// AV-CID-5
TEST(PeerIds, AFloodOfRetirementsEndsIt) {
  PeerIds ids = peer_ids();
  std::uint64_t n = 1;
  while (n < 100 && offer(ids, id(n, n)).empty()) ++n;
  EXPECT_LE(n, 2 * most_ids + 1);
}

TEST(PeerIds, ATrialTakesASpareOneAndEndsEitherWay) {
  PeerIds ids = peer_ids();
  EXPECT_EQ(ids.on_trial(), ConnectionId{100});  // none is spare
  EXPECT_EQ(offer(ids, id(1)), "");
  EXPECT_EQ(offer(ids, id(2)), "");
  EXPECT_EQ(ids.on_trial(), ConnectionId{101});
  EXPECT_EQ(ids.on_trial(), ConnectionId{101});
  EXPECT_EQ(ids.current(), ConnectionId{100});
  ids.drop_trial();
  EXPECT_EQ(retirements(ids), std::vector<std::uint64_t>{1});
  EXPECT_EQ(ids.on_trial(), ConnectionId{102});
  ids.accept_trial();
  EXPECT_EQ(ids.current(), ConnectionId{102});
  EXPECT_EQ(retirements(ids), std::vector<std::uint64_t>{0});
}

TEST(PeerIds, AResetIsKnownByTheTokenOfAnIdInUse) {
  PeerIds ids = peer_ids();
  EXPECT_EQ(offer(ids, id(1)), "");
  EXPECT_TRUE(ids.knows({100}, token(0)));
  EXPECT_FALSE(ids.knows({100}, token(1)));
  EXPECT_FALSE(ids.knows({101}, token(1)));  // nothing was sent to it
  EXPECT_TRUE(ids.move_on());
  EXPECT_TRUE(ids.knows({101}, token(1)));
  EXPECT_FALSE(ids.knows({100}, token(0)));
}

// AV-ERR-8
RC_GTEST_PROP(PeerIds, NoOrderOfOffersBreaksIt, ()) {
  PeerIds ids = peer_ids(*rc::gen::inRange<std::uint8_t>(0, 5));
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    const auto sequence = *rc::gen::inRange<std::uint64_t>(0, 30);
    const auto before = *rc::gen::inRange<std::uint64_t>(0, sequence + 1);
    if (!offer(ids, id(sequence, before)).empty()) return;
    switch (*rc::gen::inRange(0, 6)) {
      case 0: ids.move_on(); break;
      case 1: ids.on_trial(); break;
      case 2: ids.accept_trial(); break;
      case 3: ids.drop_trial(); break;
      case 4: ids.on_retirement_acked(sequence); break;
      default: ids.on_retirement_lost(sequence); break;
    }
  }
}

}  // namespace
}  // namespace avocet::session
