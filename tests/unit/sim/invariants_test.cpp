#include "sim/observe/invariants.hpp"

#include <gtest/gtest.h>

#include "protocol/session/config.hpp"

namespace avocet::sim {
namespace {

class InvariantsTest : public testing::Test {
 protected:
  InvariantsTest() {
    experiment_.flows.push_back({.name = "media"});
    watched_.emplace(experiment_, [this] { ++stops_; });
  }

  media::Frame frame(std::uint64_t number, int content = 1) {
    return {.number = {number},
            .payload = std::make_shared<const Bytes>(100, static_cast<std::byte>(content))};
  }
  void make(const media::Frame& f) { watched_->on_made({}, {.flow = 0, .frame = f}); }
  void come_out(const media::Frame& f) { watched_->on_out({}, {.flow = 0, .frame = f}); }
  std::string violation() { return watched_->violations().empty() ? "" : watched_->violations().front(); }

  Experiment experiment_;
  std::optional<Invariants> watched_;
  int stops_ = 0;
};

TEST_F(InvariantsTest, HoldWhenAllIsWell) {
  make(frame(1)), make(frame(2));
  come_out(frame(2)), come_out(frame(1));
  watched_->on_said({}, end_of(0, EndRole::publisher), "one");
  watched_->on_heard({}, end_of(0, EndRole::viewer), "one");
  watched_->on_end({});
  EXPECT_EQ(violation(), "");
  EXPECT_EQ(stops_, 0);
}

TEST_F(InvariantsTest, AFrameComesOutOnce) {
  make(frame(1));
  come_out(frame(1)), come_out(frame(1));
  EXPECT_EQ(violation(), "0.000000 s, media: frame 1 of track 0 came out twice");
  EXPECT_EQ(stops_, 1);
}

TEST_F(InvariantsTest, AFrameComesOutAsItWasMade) {
  make(frame(1));
  come_out(frame(1, 2));
  EXPECT_NE(violation().find("other bytes"), std::string::npos);
  come_out(frame(3));
  EXPECT_NE(watched_->violations().back().find("never made"), std::string::npos);
  EXPECT_EQ(stops_, 1) << "the first one ends the simulation";
}

TEST_F(InvariantsTest, ControlIsInOrderWithoutGapsAndRepeats) {
  watched_->on_said({}, end_of(0, EndRole::publisher), "one");
  watched_->on_said({}, end_of(0, EndRole::publisher), "two");
  watched_->on_heard({}, end_of(0, EndRole::viewer), "two");
  EXPECT_NE(violation().find("heard 'two' where 'one' was next"), std::string::npos);
}

TEST_F(InvariantsTest, MemoryStaysUnderItsCap) {
  session::Stats stats;
  stats.memory_held = session::memory_cap({}) + 1;
  watched_->on_state({}, {.flow = 0, .server = &stats});
  EXPECT_NE(violation().find("the server holds"), std::string::npos);
}

TEST_F(InvariantsTest, CountersAreWhatHappened) {
  session::Stats stats;
  stats.packets_sent = 2, stats.bytes_sent = 2400;
  const Bytes datagram(1200);
  const DatagramSeen seen{
      .end = end_of(0, EndRole::viewer), .sender = end_of(0, EndRole::viewer), .bytes = datagram};
  watched_->on_sent({}, seen);
  watched_->on_state({}, {.flow = 0, .viewer = &stats});
  watched_->on_end({});
  EXPECT_NE(violation().find("the viewer counts 2 datagrams with 2400 bytes sent, they were 1 with 1200"),
            std::string::npos);
}

}  // namespace
}  // namespace avocet::sim
