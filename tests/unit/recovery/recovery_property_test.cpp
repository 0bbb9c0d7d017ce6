#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <map>

#include "protocol/recovery/ack_tracker.hpp"
#include "sim/link/link.hpp"
#include "tests/unit/recovery/fates.hpp"

namespace avocet::recovery {
namespace {

/// A sender and a receiver, a bad link each way, and a clock.
struct Pair {
  RttEstimator rtt;
  SentPackets packets{rtt};
  AckTracker tracker;
  Fates fates;
  link::Link there, back;
  std::map<std::uint64_t, wire::Ack> acks;  // by a number that travels in the datagram
  std::map<std::uint64_t, std::int64_t> received;
  std::uint64_t ack_number = 0;
  Time now{};

  Pair(const link::LinkConfig& a, const link::LinkConfig& b, std::uint64_t seed)
      : there(a, seed), back(b, seed + 1) {}

  static Bytes datagram(std::uint64_t number) {
    Bytes bytes(1000);
    std::memcpy(bytes.data(), &number, sizeof number);
    return bytes;
  }
  static std::uint64_t number_in(const Bytes& bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  }

  void send(bool media) {
    SentPacket packet{
        .number = packets.next(), .sent = now, .size = 1000, .ack_eliciting = true, .in_flight = true};
    const std::uint64_t number = packet.number.value;
    for (std::uint64_t i = 0; i <= number % 3; ++i) {
      packet.carried.push_back(
          {.what = media ? Carried::What::media : Carried::What::stream, .begin = number + i});
    }
    packets.on_sent(packet);
    there.push(now, datagram(number));
  }

  void step(Duration by) {
    now += by;
    while (const auto delivery = there.pop(now)) {
      const std::uint64_t number = number_in(delivery->bytes);
      if (received.contains(number)) continue;  // crypto::ReplayWindow drops repeats
      received[number] = to_microseconds(delivery->at - Time{});
      tracker.on_received({number}, true, Ecn::not_ect, delivery->at, now);
    }
    if (tracker.due() && *tracker.due() <= now) {
      wire::Ack ack;
      ASSERT_TRUE(tracker.build(now, Time{}, ack, 400));
      acks[ack_number] = ack;
      back.push(now, datagram(ack_number++));
    }
    while (const auto delivery = back.pop(now)) {
      ASSERT_TRUE(packets.on_ack(now, acks.at(number_in(delivery->bytes)), fates));
    }
    if (packets.timer() && *packets.timer() <= now &&
        packets.on_timer(now, fates) == SentPackets::TimerOutcome::probe) {
      send(false);
    }
  }
};

link::LinkConfig bad_link() {
  link::LinkConfig config;
  config.delay = std::chrono::milliseconds(*rc::gen::inRange(1, 80));
  config.jitter = std::chrono::microseconds(*rc::gen::inRange(0, 5000));
  config.loss = link::Loss::bernoulli(*rc::gen::inRange(0, 40) / 100.0);
  config.duplicate = *rc::gen::inRange(0, 10) / 100.0;
  config.reorder = {*rc::gen::inRange(0, 10) / 100.0, std::chrono::milliseconds(*rc::gen::inRange(1, 40))};
  return config;
}

// AV-LOSS-5
RC_GTEST_PROP(RecoveryProperty, EveryPacketEndsOnce, ()) {
  const link::LinkConfig there = bad_link(), back = bad_link();
  Pair pair(there, back, *rc::gen::arbitrary<std::uint64_t>());
  const int count = *rc::gen::inRange(1, 400);
  for (int i = 0; i < count; ++i) {
    pair.send(*rc::gen::inRange(0, 4) != 0);
    pair.step(std::chrono::microseconds(*rc::gen::inRange(0, 4000)));
  }
  for (int i = 0; i < 60'000 && pair.packets.bytes_in_flight() > 0; ++i) pair.step(1ms);

  const Fates& fates = pair.fates;
  RC_ASSERT(pair.packets.bytes_in_flight() == 0u);
  RC_ASSERT(!pair.packets.ack_eliciting_in_flight());
  for (std::uint64_t n = 0; n < pair.packets.next().value; ++n) {
    RC_ASSERT(fates.acked.count(n) + fates.lost.count(n) == 1u);
    RC_ASSERT(fates.spurious.count(n) <= fates.lost.count(n));
    RC_ASSERT(fates.carried.at(n).size() == n % 3 + 1);
    RC_ASSERT(fates.carried.at(n).back().begin == n + n % 3);
    if (fates.acked.contains(n)) RC_ASSERT(pair.received.contains(n));
  }
  for (const auto& [number, us] : fates.arrivals) RC_ASSERT(pair.received.at(number) == us);
  RC_ASSERT(pair.packets.lost() == fates.lost.size());
  RC_ASSERT(pair.packets.spurious() == fates.spurious.size());
}

// AV-ERR-7
RC_GTEST_PROP(RecoveryProperty, HostileAcksDoNoHarm, ()) {
  RttEstimator rtt;
  SentPackets packets(rtt);
  Fates fates;
  Time now{};
  const auto number = [](std::uint64_t near) {
    return *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, near + 2),
                           rc::gen::inRange<std::uint64_t>(0, 1ull << 62));
  };
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    now += std::chrono::microseconds(*rc::gen::inRange(0, 400'000));
    for (int n = *rc::gen::inRange(0, 30); n > 0; --n) {
      packets.on_sent(
          {.number = packets.next(),
           .sent = now,
           .size = 1200,
           .ack_eliciting = n % 3 != 0,
           .in_flight = n % 3 != 0,
           .carried = {Carried{.what = n % 2 == 0 ? Carried::What::media : Carried::What::stream}}});
    }
    wire::Ack ack;
    ack.largest = {number(packets.next().value)};
    ack.received_at = std::chrono::microseconds(number(1000) >> 9);
    ack.delay = std::chrono::microseconds(number(1000) >> 9);
    ack.first_run = number(20);
    for (int n = *rc::gen::inRange(0, 10); n > 0; --n) ack.ranges.push_back({number(3), number(3)});
    for (int n = *rc::gen::inRange(0, 20); n > 0; --n) {
      ack.arrivals.push_back({static_cast<std::uint32_t>(number(2)),
                              static_cast<std::int64_t>(number(5000)) * (n % 2 ? 1 : -1)});
    }
    const auto outcome = packets.on_ack(now, ack, fates);
    RC_ASSERT(outcome.has_value() == (ack.largest < packets.next()));
    packets.on_timer(now, fates);
    RC_ASSERT(packets.bytes_in_flight() <= packets.next().value * 1200);
  }
  for (std::uint64_t n = 0; n < packets.next().value; ++n) {
    RC_ASSERT(fates.acked.count(n) + fates.lost.count(n) <= 1u);
  }
}

}  // namespace
}  // namespace avocet::recovery
