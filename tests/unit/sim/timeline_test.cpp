#include "sim/record/timeline.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "sim/record/timeline_csv.hpp"

namespace avocet::sim {
namespace {

FlowRecord record() {
  FlowRecord r{.name = "a, \"b\"", .start = 1s, .stop = 1500ms};
  r.entered = {{Time(1100ms), 1000}, {Time(1100ms), 1500}};
  r.served = {{Time(1110ms), 10ms, 1000}, {Time(1120ms), 30ms, 1500}, {Time(900ms), 1ms, 99}};
  r.lost = {Time(1250ms)};
  r.frames_sent = {{Time(1050ms), 800}};
  r.frames_delivered = {{0, Time(1050ms), Time(1150ms), false, 800, Time(1350ms)}};
  r.renditions = {{Time(1010ms), "240p"}, {Time(1300ms), "720p"}};
  return r;
}

TEST(Timeline, PutsEverythingIntoItsFifthOfASecond) {
  const FlowRecord flow = record();
  const auto rows = timeline(flow, [](Duration at) { return DataRate::mbps(at < 1200ms ? 1 : 2); });
  ASSERT_EQ(rows.size(), 3u) << "the last one is half as long";
  EXPECT_EQ(rows[0].capacity, 1e6);
  EXPECT_EQ(rows[1].capacity, 2e6);
  EXPECT_DOUBLE_EQ(rows[0].receiving, 2500 * 8 / 0.2);
  EXPECT_DOUBLE_EQ(rows[0].sending, 2500 * 8 / 0.2);
  EXPECT_DOUBLE_EQ(rows[0].queue_delay, 0.02);
  EXPECT_DOUBLE_EQ(rows[0].queue_delay_max, 0.03);
  EXPECT_LT(rows[1].queue_delay, 0) << "nothing was served";
  EXPECT_EQ(rows[1].packets_lost, 1u);
  EXPECT_EQ(rows[0].frames_delivered, 1u);
  EXPECT_DOUBLE_EQ(rows[0].frame_delay_max, 0.1);
  EXPECT_DOUBLE_EQ(rows[0].buffered, 0.15) << "due at 1.35 s, seen at 1.2 s";
  EXPECT_DOUBLE_EQ(rows[1].buffered, 0);
  EXPECT_EQ(rows[0].rendition, 1u);
  EXPECT_EQ(rows[1].rendition, 2u);
}

TEST(Timeline, QuotesNamesAsCsvWantsIt) {
  const FlowRecord flow = record();
  std::ostringstream out;
  write_timeline(out, flow, timeline(flow, [](Duration) { return DataRate::infinite(); }));
  EXPECT_TRUE(out.str().starts_with("1.0,\"a, \"\"b\"\"\",0,")) << out.str();
}

}  // namespace
}  // namespace avocet::sim
