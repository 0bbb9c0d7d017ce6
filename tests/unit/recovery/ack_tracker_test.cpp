#include "protocol/recovery/ack_tracker.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "protocol/wire/codec.hpp"

namespace avocet::recovery {
namespace {

constexpr Time epoch{};
constexpr std::size_t roomy = 1200;

Time at(Duration d) { return epoch + d; }

void receive(AckTracker& tracker, std::uint64_t number, Duration when) {
  tracker.on_received({number}, true, Ecn::not_ect, at(when), at(when));
}

std::set<std::uint64_t> numbers(const wire::Ack& ack) {
  std::set<std::uint64_t> all;
  std::uint64_t highest = ack.largest.value, lowest = highest - ack.first_run;
  for (std::uint64_t n = lowest; n <= highest; ++n) all.insert(n);
  for (const wire::AckRange& range : ack.ranges) {
    highest = lowest - range.gap - 2;
    lowest = highest - range.length;
    for (std::uint64_t n = lowest; n <= highest; ++n) all.insert(n);
  }
  return all;
}

std::map<std::uint64_t, std::int64_t> arrivals(const wire::Ack& ack) {
  std::map<std::uint64_t, std::int64_t> all;
  std::uint64_t number = ack.largest.value;
  std::int64_t us = to_microseconds(ack.received_at);
  all[number] = us;
  for (const wire::Arrival& arrival : ack.arrivals) all[number -= arrival.gap + 1] = us -= arrival.earlier;
  return all;
}

// AV-ACK-1
TEST(AckTracker, WaitsForTheAckDelay) {
  AckTracker tracker;
  wire::Ack ack;
  EXPECT_FALSE(tracker.due());
  EXPECT_FALSE(tracker.build(at(0ms), epoch, ack, roomy));
  receive(tracker, 0, 3ms);
  receive(tracker, 1, 9ms);
  EXPECT_EQ(tracker.due(), at(28ms));
  ASSERT_TRUE(tracker.build(at(28ms), epoch, ack, roomy));
  EXPECT_EQ(ack.largest, PacketNumber{1});
  EXPECT_EQ(ack.first_run, 1u);
  EXPECT_EQ(ack.delay, 19ms);
  EXPECT_EQ(arrivals(ack), (std::map<std::uint64_t, std::int64_t>{{0, 3000}, {1, 9000}}));
  EXPECT_FALSE(tracker.due());
  EXPECT_FALSE(tracker.has_news());
}

// AV-ACK-1
TEST(AckTracker, SaysNothingAboutPacketsThatDoNotAsk) {
  AckTracker tracker;
  tracker.on_received({0}, false, Ecn::not_ect, at(0ms), at(0ms));
  tracker.on_received({5}, false, Ecn::not_ect, at(1ms), at(1ms));
  EXPECT_FALSE(tracker.due());
  EXPECT_TRUE(tracker.has_news());
  EXPECT_EQ(tracker.received_gaps(), 4u);
}

// AV-ACK-4
TEST(AckTracker, IsDueAtOnceWhenAGapOpensAndWhenItFills) {
  AckTracker tracker;
  wire::Ack ack;
  receive(tracker, 0, 0ms);
  receive(tracker, 2, 1ms);
  EXPECT_EQ(tracker.due(), at(1ms));
  EXPECT_EQ(tracker.received_gaps(), 1u);
  ASSERT_TRUE(tracker.build(at(1ms), epoch, ack, roomy));
  receive(tracker, 1, 2ms);
  EXPECT_EQ(tracker.due(), at(2ms));
  EXPECT_EQ(tracker.received_gaps(), 0u);
  ASSERT_TRUE(tracker.build(at(2ms), epoch, ack, roomy));
  EXPECT_EQ(numbers(ack), (std::set<std::uint64_t>{0, 1, 2}));
  EXPECT_EQ(arrivals(ack)[1], 2000) << "later than the largest: a negative difference";
}

// AV-ACK-4, AV-ACK-5
TEST(AckTracker, IsDueAtOnceAtFrameEndsMarksAndManyPackets) {
  AckTracker tracker;
  wire::Ack ack;
  receive(tracker, 0, 0ms);
  tracker.on_frame_end(at(0ms));
  EXPECT_EQ(tracker.due(), at(0ms));
  ASSERT_TRUE(tracker.build(at(0ms), epoch, ack, roomy));
  EXPECT_FALSE(ack.ecn);

  tracker.on_received({1}, true, Ecn::ce, at(1ms), at(1ms));
  EXPECT_EQ(tracker.due(), at(1ms));
  ASSERT_TRUE(tracker.build(at(1ms), epoch, ack, roomy));
  EXPECT_EQ(ack.ecn, (wire::EcnCounts{0, 0, 1}));

  for (std::uint64_t n = 2; n < 65; ++n) receive(tracker, n, 2ms);
  EXPECT_EQ(tracker.due(), at(27ms));
  receive(tracker, 65, 3ms);
  EXPECT_EQ(tracker.due(), at(3ms));
}

// AV-ACK-5
TEST(AckTracker, IsDueAtOnceWhenTheDelayRises) {
  AckTracker tracker;
  wire::Ack ack;
  const auto frame = [&](std::uint64_t number, Duration when, Duration age) {
    receive(tracker, number, when);
    tracker.on_media_age(age, at(when));
    return tracker.due() == at(when);
  };
  EXPECT_FALSE(frame(0, 0ms, 500ms));
  EXPECT_FALSE(frame(1, 1ms, 508ms));
  EXPECT_TRUE(frame(2, 2ms, 511ms));
  ASSERT_TRUE(tracker.build(at(2ms), epoch, ack, roomy));
  EXPECT_FALSE(frame(3, 3ms, 515ms)) << "told already";
  EXPECT_TRUE(frame(4, 4ms, 522ms)) << "and it goes on rising";
}

// AV-ACK-8
TEST(AckTracker, ReportsEachArrivalTwice) {
  AckTracker tracker;
  wire::Ack ack;
  receive(tracker, 0, 1ms);
  receive(tracker, 1, 2ms);
  ASSERT_TRUE(tracker.build(at(2ms), epoch, ack, roomy));
  receive(tracker, 2, 3ms);
  ASSERT_TRUE(tracker.build(at(3ms), epoch, ack, roomy));
  EXPECT_EQ(arrivals(ack).size(), 3u);
  receive(tracker, 3, 4ms);
  ASSERT_TRUE(tracker.build(at(4ms), epoch, ack, roomy));
  EXPECT_EQ(arrivals(ack), (std::map<std::uint64_t, std::int64_t>{{2, 3000}, {3, 4000}}));
}

// AV-ACK-8, AV-ACK-10
TEST(AckTracker, ForgetsWhatThePeerKnows) {
  AckTracker tracker;
  wire::Ack ack;
  for (std::uint64_t n = 0; n < 20; n += 2) receive(tracker, n, 1ms);
  for (int i = 0; i < 16; ++i) {
    EXPECT_FALSE(tracker.wants_acknowledgement());
    ASSERT_TRUE(tracker.build(at(1ms), epoch, ack, roomy));
  }
  EXPECT_EQ(ack.ranges.size(), 9u);
  EXPECT_TRUE(tracker.wants_acknowledgement());
  tracker.on_ack_acked(ack.largest);
  EXPECT_FALSE(tracker.wants_acknowledgement());
  receive(tracker, 20, 2ms);
  ASSERT_TRUE(tracker.build(at(2ms), epoch, ack, roomy));
  EXPECT_EQ(numbers(ack), (std::set<std::uint64_t>{18, 20}));
}

// AV-ACK-2, AV-ACK-7, AV-ACK-9
RC_GTEST_PROP(AckTrackerProperty, MatchesASetOfNumbersWhateverTheRoom, ()) {
  AckTracker tracker;
  std::map<std::uint64_t, std::int64_t> model;
  std::uint64_t number = *rc::gen::inRange<std::uint64_t>(0, 1ull << 40);
  Time now = at(1ms);
  for (const auto step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(-8, 12))) {
    now += std::chrono::microseconds(*rc::gen::inRange(0, 3000));
    const std::uint64_t next = number + static_cast<std::uint64_t>(step);
    if (!model.contains(next) && next < 1ull << 60) {
      number = next;
      tracker.on_received({number}, true, Ecn::not_ect, now, now);
      model[number] = to_microseconds(now - epoch);
    }
    if (*rc::gen::inRange(0, 4) != 0) continue;
    const auto room = *rc::gen::inRange<std::size_t>(0, 400);
    wire::Ack ack;
    if (!tracker.build(now, epoch, ack, room)) {
      RC_ASSERT(model.empty() || room < 40);
      continue;
    }
    RC_ASSERT(wire::typed_size(ack) <= room);
    RC_ASSERT(wire::Wire<wire::Ack>::valid(ack));
    const auto decoded = wire::decode<wire::Ack>(wire::encode(ack));
    RC_ASSERT(decoded.has_value());
    for (const std::uint64_t n : numbers(*decoded)) RC_ASSERT(model.contains(n));
    for (const auto& [n, us] : arrivals(*decoded)) RC_ASSERT(model.at(n) == us);
    RC_ASSERT(decoded->largest.value == model.rbegin()->first);
    if (room > 300 && model.size() < 60) RC_ASSERT(numbers(*decoded).size() == model.size());
  }
}

}  // namespace
}  // namespace avocet::recovery
