#include <gtest/gtest.h>

#include "protocol/recovery/ack_tracker.hpp"
#include "tests/support/count_allocations.hpp"
#include "tests/unit/recovery/fates.hpp"

namespace avocet::recovery {
namespace {

struct Count final : PacketSink {
  std::size_t acked = 0, lost = 0;
  void on_acked(const SentPacket&, const std::optional<std::int64_t>&, bool) override { ++acked; }
  void on_lost(const SentPacket&) override { ++lost; }
};

TEST(RecoveryAllocation, SendingAndAcknowledgingAllocateNothing) {
  RttEstimator rtt;
  SentPackets packets(rtt);
  AckTracker tracker;
  Count count;
  wire::Ack ack;
  Time now{};
  const auto round = [&] {
    now += 1ms;
    const PacketNumber number = packets.next();
    packets.on_sent({.number = number,
                     .sent = now,
                     .size = 1200,
                     .ack_eliciting = true,
                     .in_flight = true,
                     .carried = {Carried{.what = Carried::What::media}, Carried{}}});
    if (number.value % 20 != 0) tracker.on_received(number, true, Ecn::ect0, now, now);
    if (number.value % 25 != 0 || !tracker.build(now, Time{}, ack, 1100)) return;
    EXPECT_TRUE(packets.on_ack(now, ack, count));
    if (ack.largest.value > 100) tracker.on_ack_acked(ack.largest - 100);
  };
  for (int i = 0; i < 5000; ++i) round();
  const std::size_t before = allocations;
  for (int i = 0; i < 50'000; ++i) round();
  EXPECT_EQ(allocations, before);
  EXPECT_GT(count.acked, 50'000u);
  EXPECT_GT(count.lost, 2'000u);
}

}  // namespace
}  // namespace avocet::recovery
