#include "analysis/playback/ack_meter.hpp"

#include <gtest/gtest.h>

#include "analysis/playback/ordered_stream.hpp"

namespace avocet::analysis {
namespace {

TEST(AckMeter, MeasuresTheRoundTripWithoutTheAcknowledgementsDelay) {
  AckMeter meter;
  meter.sent(Time(100ms), PacketNumber{7}, 1200);
  const auto sample = meter.acknowledged(Time(190ms), {.largest = {7}, .received_at = 5s, .delay = 20ms});
  EXPECT_EQ(sample.round_trip, 70ms);
  EXPECT_FALSE(meter.acknowledged(Time(300ms), {.largest = {7}, .received_at = 5s}).round_trip);
  EXPECT_FALSE(
      meter.acknowledged(Time(300ms), {.largest = {9}, .received_at = 6s}).round_trip);  // never seen
}

/// Packets 1 to 3 leave 10 ms apart; 2 and 3 wait 30 and 50 ms in a queue. The receiver's clock is another.
TEST(AckMeter, SeesQueuesInReceiveTimes) {
  AckMeter meter;
  for (std::uint64_t n = 1; n <= 3; ++n) meter.sent(Time(n * 10ms), PacketNumber{n}, 1200);
  wire::Ack ack{.largest = {1}, .received_at = 9000ms};
  EXPECT_EQ(meter.acknowledged(Time(80ms), ack).queue, 0ms);
  ack = {.largest = {3}, .received_at = 9070ms};
  ack.arrivals.push_back({.gap = 0, .earlier = 30'000});  // 2 at 9040
  ack.arrivals.push_back({.gap = 0, .earlier = 40'000});  // 1, told again
  EXPECT_EQ(meter.acknowledged(Time(150ms), ack).queue, 50ms);
  EXPECT_EQ(meter.queue().count(), 3u);
  EXPECT_EQ(meter.queue().max(), 50ms);
  EXPECT_NEAR(to_seconds(meter.queue().at(0.5)), 0.03, 0.0002);
}

/// Of packets 1 to 10, 3 and 4 never arrive, 6 is late, and the capture misses 8.
TEST(AckMeter, TellsLossBehindItsPlaceFromItsOwn) {
  AckMeter meter;
  for (std::uint64_t n = 1; n <= 10; ++n) {
    if (n != 8) meter.sent(Time(n * 10ms), PacketNumber{n}, n == 4 ? 1452 : 1000);
  }
  wire::Ack ack{.largest = {10}, .first_run = 3};
  ack.ranges.push_back({.gap = 0, .length = 0});  // 5
  ack.ranges.push_back({.gap = 1, .length = 1});  // 1 and 2
  meter.acknowledged(Time(150ms), ack);
  ack = {.largest = {10}, .first_run = 5};  // 6 was only overtaken
  ack.ranges.push_back({.gap = 1, .length = 1});
  meter.acknowledged(Time(160ms), ack);
  meter.finish();
  const Delivery& delivery = meter.delivery();
  EXPECT_EQ(delivery.lost(), 2u);
  EXPECT_EQ(delivery.lost_runs(), 1u);
  EXPECT_EQ(delivery.longest_run().first, 3u);
  EXPECT_EQ(delivery.not_captured(), 1u);
  EXPECT_EQ(delivery.largest_arrived(), 1000u);
  EXPECT_EQ(delivery.lost_above_largest(), 1u);
}

/// A receiver that looks at its socket every 90 ms acknowledges late what came just after it had looked.
TEST(AckMeter, MeasuresHowLongTheOldestNewPacketWaited) {
  AckMeter meter;
  for (std::uint64_t n = 1; n <= 3; ++n) meter.sent(Time(n * 30ms), PacketNumber{n}, 1000);
  wire::Ack ack{.largest = {3}, .received_at = 5s, .delay = 5ms, .first_run = 2};
  for (int i = 0; i < 2; ++i) ack.arrivals.push_back({.gap = 0, .earlier = 30'000});
  meter.acknowledged(Time(120ms), ack);
  EXPECT_EQ(meter.held().max(), 65ms);
}

TEST(OrderedStream, PutsPiecesInOrderAndHoldsLittle) {
  OrderedStream stream;
  stream.add(5, as_bytes("fghij"));
  stream.add(3, as_bytes("defg"));
  EXPECT_TRUE(stream.ready().empty());
  stream.add(0, as_bytes("abcd"));
  EXPECT_EQ(as_text(stream.ready()), "abcdefghij");
  stream.consume(4);
  stream.add(2, as_bytes("cdefghijk"));
  EXPECT_EQ(as_text(stream.ready()), "efghijk");
  const Bytes piece(1000);
  for (std::uint64_t i = 0; i < 1000; ++i) stream.add(1'000'000 + i * 1001, piece);
  EXPECT_TRUE(stream.broken());
}

}  // namespace
}  // namespace avocet::analysis
