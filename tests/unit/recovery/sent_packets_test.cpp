#include "protocol/recovery/sent_packets.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/recovery/fates.hpp"

namespace avocet::recovery {
namespace {

Time at(Duration d) { return Time(d); }

SentPacket packet(const SentPackets& packets, Duration sent, Carried::What what = Carried::What::stream) {
  return {.number = packets.next(),
          .sent = at(sent),
          .size = 1000,
          .ack_eliciting = true,
          .in_flight = true,
          .carried = {Carried{.what = what, .begin = packets.next().value}}};
}

wire::Ack ack_of(std::uint64_t largest, std::uint64_t first_run = 0) {
  wire::Ack ack;
  ack.largest = {largest};
  ack.first_run = first_run;
  ack.received_at = 1h;
  return ack;
}

struct Sender {
  RttEstimator rtt{50ms};
  SentPackets packets;
  Fates fates;

  explicit Sender(ProbePolicy policy = {}) : packets(rtt, policy) {}
  void send(int count, Duration from, Duration gap, Carried::What what = Carried::What::stream) {
    for (int i = 0; i < count; ++i) packets.on_sent(packet(packets, from + i * gap, what));
  }
};

TEST(SentPackets, GivesItsStorageBackWhenNothingIsRemembered) {
  Sender s;
  s.send(3, 0ms, 1ms);
  s.packets.shrink();
  EXPECT_GT(s.packets.memory(), 0u) << "three are in flight";
  ASSERT_TRUE(s.packets.on_ack(at(52ms), ack_of(2, 2), s.fates));
  s.packets.shrink();
  EXPECT_EQ(s.packets.memory(), 0u);
  s.send(2, 60ms, 1ms);
  ASSERT_TRUE(s.packets.on_ack(at(112ms), ack_of(4, 1), s.fates));
  EXPECT_EQ(s.fates.acked.size(), 5u);
}

TEST(SentPackets, TellsWhatWasAcknowledgedAndWhenItArrived) {
  Sender s;
  s.send(3, 0ms, 1ms);
  EXPECT_EQ(s.packets.bytes_in_flight(), 3000u);
  wire::Ack ack = ack_of(2, 2);
  ack.arrivals = {{0, 1000}, {0, 500}};
  const auto outcome = s.packets.on_ack(at(52ms), ack, s.fates);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->newly_acked);
  EXPECT_EQ(s.rtt.latest(), 50ms);
  EXPECT_EQ(s.packets.bytes_in_flight(), 0u);
  const std::int64_t base = 3'600'000'000;
  EXPECT_EQ(s.fates.arrivals,
            (std::map<std::uint64_t, std::int64_t>{{2, base}, {1, base - 1000}, {0, base - 1500}}));
  EXPECT_EQ(s.fates.carried.at(1).front().begin, 1u);
  EXPECT_FALSE(s.packets.timer());
  EXPECT_FALSE(s.packets.on_ack(at(53ms), ack, s.fates)->newly_acked) << "the same again changes nothing";
  EXPECT_EQ(s.fates.acked.size(), 3u);
}

// AV-ACK-13
TEST(SentPackets, RefusesAnAckOfWhatWasNeverSent) {
  Sender s;
  EXPECT_FALSE(s.packets.on_ack(at(1ms), ack_of(0), s.fates));
  s.send(1, 0ms, 0ms);
  EXPECT_FALSE(s.packets.on_ack(at(1ms), ack_of(1), s.fates));
  EXPECT_TRUE(s.packets.on_ack(at(1ms), ack_of(0), s.fates));
}

// AV-LOSS-2
TEST(SentPackets, LosesControlByPacketThreshold) {
  Sender s;
  s.send(4, 0ms, 0ms);
  ASSERT_TRUE(s.packets.on_ack(at(50ms), ack_of(2), s.fates));
  EXPECT_EQ(s.packets.lost(), 0u);
  ASSERT_TRUE(s.packets.on_ack(at(51ms), ack_of(3), s.fates));
  EXPECT_EQ(s.fates.lost.count(0), 1u);
  EXPECT_EQ(s.fates.lost.count(1), 0u) << "two later ones are not three";
}

// AV-LOSS-2
TEST(SentPackets, LosesControlByTime) {
  Sender s;
  s.send(2, 0ms, 0ms);
  ASSERT_TRUE(s.packets.on_ack(at(80ms), ack_of(1), s.fates));
  EXPECT_EQ(s.packets.timer(), at(90ms)) << "9/8 of 80 ms after it was sent";
  EXPECT_EQ(s.packets.on_timer(at(89ms), s.fates), SentPackets::TimerOutcome::nothing);
  EXPECT_EQ(s.packets.on_timer(at(90ms), s.fates), SentPackets::TimerOutcome::lost);
  EXPECT_EQ(s.packets.bytes_in_flight(), 0u);
}

// AV-LOSS-3
TEST(SentPackets, LosesMediaAsSoonAsReorderingCannotExplainIt) {
  Sender s;
  s.send(3, 0ms, 1ms, Carried::What::media);
  wire::Ack ack = ack_of(2, 1);  // 1 arrived 1.2 ms before 2, which was acknowledged at once
  ack.arrivals = {{0, 1200}};
  ASSERT_TRUE(s.packets.on_ack(at(50ms), ack, s.fates));
  EXPECT_EQ(s.packets.lost(), 0u);
  EXPECT_EQ(s.packets.timer(), at(50ms - 1200us + 2ms));
  EXPECT_EQ(s.packets.on_timer(*s.packets.timer(), s.fates), SentPackets::TimerOutcome::lost);
  EXPECT_EQ(s.fates.lost.count(0), 1u);
}

// AV-LOSS-6
TEST(SentPackets, LearnsHowMuchAPathReorders) {
  Sender s;
  s.send(2, 0ms, 1ms, Carried::What::media);
  ASSERT_TRUE(s.packets.on_ack(at(50ms), ack_of(1), s.fates));
  EXPECT_EQ(s.packets.on_timer(at(52ms), s.fates), SentPackets::TimerOutcome::lost);
  ASSERT_TRUE(s.packets.on_ack(at(58ms), ack_of(1, 1), s.fates));
  EXPECT_EQ(s.packets.spurious(), 1u);
  EXPECT_EQ(s.fates.spurious.count(0), 1u);
  EXPECT_EQ(s.packets.reorder_window(), 10ms) << "8 ms late, and a quarter";

  s.send(2, 100ms, 1ms, Carried::What::media);
  ASSERT_TRUE(s.packets.on_ack(at(150ms), ack_of(3), s.fates));
  EXPECT_EQ(s.packets.timer(), at(160ms));
}

// AV-LOSS-4
TEST(SentPackets, ProbesWithBackoff) {
  Sender s;
  s.send(1, 0ms, 0ms);
  const Duration timeout = 50ms + 100ms + 25ms;
  EXPECT_EQ(s.packets.timer(), at(timeout));
  EXPECT_EQ(s.packets.on_timer(at(timeout), s.fates), SentPackets::TimerOutcome::probe);
  s.packets.on_sent(packet(s.packets, timeout));
  EXPECT_EQ(s.packets.timer(), at(3 * timeout));
  EXPECT_EQ(s.packets.on_timer(at(3 * timeout), s.fates), SentPackets::TimerOutcome::probe);
  EXPECT_EQ(s.packets.probe_count(), 2u);
  ASSERT_TRUE(s.packets.on_ack(at(600ms), ack_of(1), s.fates));
  EXPECT_EQ(s.packets.probe_count(), 0u);
}

TEST(SentPackets, CountsNewMarksOnly) {
  Sender s;
  s.send(2, 0ms, 0ms);
  wire::Ack ack = ack_of(0);
  ack.ecn = wire::EcnCounts{0, 0, 3};
  EXPECT_EQ(s.packets.on_ack(at(50ms), ack, s.fates)->newly_marked, 3u);
  EXPECT_EQ(s.packets.on_ack(at(51ms), ack, s.fates)->newly_marked, 0u);
}

// AV-ERR-8
TEST(SentPackets, StopsAtItsBoundAndRecovers) {
  Sender s;
  s.send(3 * SentPackets::max_outstanding / 4, 0ms, 0ms);
  EXPECT_TRUE(s.packets.full());
  EXPECT_FALSE(s.packets.exhausted()) << "there is room for acknowledgements";
  s.send(SentPackets::max_outstanding / 4, 0ms, 0ms);
  EXPECT_TRUE(s.packets.exhausted());
  EXPECT_LE(s.packets.memory(), 400u << 10);
  ASSERT_TRUE(s.packets.on_ack(at(50ms), ack_of(SentPackets::max_outstanding - 1), s.fates));
  EXPECT_FALSE(s.packets.full());
}

TEST(SentPackets, PacketsThatAskForNothingDoNotPileUp) {
  Sender s;
  for (int i = 0; i < 1000; ++i) {
    SentPacket silent = packet(s.packets, i * 25ms);
    silent.ack_eliciting = silent.in_flight = false;
    s.packets.on_sent(silent);
  }
  EXPECT_FALSE(s.packets.timer());
  EXPECT_EQ(s.packets.bytes_in_flight(), 0u);
  s.packets.discard();
  EXPECT_FALSE(s.packets.full());
}

}  // namespace
}  // namespace avocet::recovery
