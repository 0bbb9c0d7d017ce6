#include "analysis/playback/ack_meter.hpp"

#include <gtest/gtest.h>

#include "analysis/playback/ordered_stream.hpp"

namespace avocet::analysis {
namespace {

TEST(AckMeter, MeasuresTheRoundTripWithoutTheAcknowledgementsDelay) {
  AckMeter meter;
  meter.sent(Time(100ms), PacketNumber{7});
  const auto sample = meter.acknowledged(Time(190ms), {.largest = {7}, .received_at = 5s, .delay = 20ms});
  EXPECT_EQ(sample.round_trip, 70ms);
  EXPECT_FALSE(meter.acknowledged(Time(300ms), {.largest = {7}, .received_at = 5s}).round_trip);
  EXPECT_FALSE(
      meter.acknowledged(Time(300ms), {.largest = {9}, .received_at = 6s}).round_trip);  // never seen
}

/// Packets 1 to 3 leave 10 ms apart; 2 and 3 wait 30 and 50 ms in a queue. The receiver's clock is another.
TEST(AckMeter, SeesQueuesInReceiveTimes) {
  AckMeter meter;
  for (std::uint64_t n = 1; n <= 3; ++n) meter.sent(Time(n * 10ms), PacketNumber{n});
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
