#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "protocol/rate/controller.hpp"

namespace avocet::rate {
namespace {

/// Whatever a peer says has arrived, and when: the outputs stay within their bounds.
RC_GTEST_PROP(ControllerProperty, NonsenseDoesNoHarm, ()) {
  ControllerConfig config;
  Time now{};
  const auto controller = make_controller(config, now);
  std::uint64_t number = 0;
  std::vector<PacketResult> flight;
  const int steps = *rc::gen::inRange(1, 200);
  for (int i = 0; i < steps; ++i) {
    now += std::chrono::microseconds(*rc::gen::inRange(0, 100'000));
    for (int n = *rc::gen::inRange(0, 20); n > 0; --n) {
      PacketResult packet;
      packet.number = {number++};
      packet.size = *rc::gen::inRange<std::size_t>(1, 65'000);
      packet.sent = now;
      controller->on_sent(now, packet.number, packet.size, *rc::gen::arbitrary<bool>());
      flight.push_back(packet);
    }
    if (const auto probe = controller->take_probe(now)) {
      RC_ASSERT(probe->size > DataSize::zero());
      RC_ASSERT(probe->rate > DataRate::zero());
    }
    for (PacketResult packet : flight) {
      if (*rc::gen::arbitrary<bool>()) packet.arrival = *rc::gen::arbitrary<std::int64_t>();
      packet.lost = !packet.arrival && *rc::gen::arbitrary<bool>();
      packet.probe = *rc::gen::arbitrary<bool>();
      packet.spurious = *rc::gen::arbitrary<bool>();
      controller->on_result(packet);
    }
    flight.clear();
    Feedback feedback{.now = now};
    feedback.latest_rtt = feedback.smoothed_rtt = feedback.min_rtt =
        std::chrono::microseconds(*rc::gen::inRange(0, 9'000'000));
    feedback.newly_marked = *rc::gen::inRange<std::uint64_t>(0, 3);
    feedback.bytes_in_flight = *rc::gen::inRange<std::size_t>(0, 100'000);
    controller->on_feedback(feedback);
    if (controller->timer() && *controller->timer() <= now) controller->on_timer(now);
    RC_ASSERT(controller->target_rate() >= config.least);
    RC_ASSERT(controller->target_rate() <= config.most);
    RC_ASSERT(controller->pacing_rate() >= config.least);
    RC_ASSERT(controller->window() > DataSize::zero());
    RC_ASSERT(controller->queue_delay() >= Duration::zero());
    RC_ASSERT(controller->loss_rate() >= 0 && controller->loss_rate() <= 1);
  }
}

// AV-RATE-2
TEST(Controller, SilenceLowersTheRate) {
  Time now{};
  const auto controller = make_controller({}, now);
  controller->on_sent(now, {0}, 1200, true);
  Feedback feedback{.now = now};
  feedback.latest_rtt = feedback.smoothed_rtt = feedback.min_rtt = 50ms;
  feedback.bytes_in_flight = 1200;
  controller->on_feedback(feedback);
  const DataRate before = controller->target_rate();
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(controller->timer());
    ASSERT_GT(*controller->timer(), now);
    now = *controller->timer();
    controller->on_timer(now);
  }
  EXPECT_LE(controller->target_rate(), before * 0.3);
}

}  // namespace
}  // namespace avocet::rate
