#include <gtest/gtest.h>

#include "protocol/service/tracks.hpp"
#include "tests/unit/service/house.hpp"

namespace avocet::test {
namespace {

constexpr auto reason = "the server is stopping";

// AV-SVC-32
TEST(Drain, ClosesWhoHasEverythingAndAsksToComeBack) {
  House house;
  house.service.set_catalogue({House::title("clip")});
  const auto ada = house.join("ada", 1);
  house.tell(ada, House::play_message(1, "clip"));
  house.tell(ada, wire::Credit{.play = {1}, .until = 2s});
  ASSERT_FALSE(ada.port->sent.empty());
  house.service.drain(house.now, reason, house.now + 3s);
  EXPECT_EQ(ada.port->last<wire::Bye>().reason, reason);
  EXPECT_TRUE(ada.port->all<wire::Ended>().empty());  // the client keeps its place
  EXPECT_TRUE(ada.port->open.empty());
  EXPECT_FALSE(ada.port->closed);  // what was sent is on its way
  ada.port->deliver_all();
  house.run(20ms);
  EXPECT_EQ(ada.port->closed, wire::CloseCode::going_away);
  EXPECT_EQ(house.service.plays(), 0u);
  EXPECT_EQ(house.service.users(), 0u);
  EXPECT_FALSE(house.service.due() && *house.service.due() < house.now);
}

TEST(Drain, LiveFramesThatWereAcceptedArrive) {
  House house;
  const auto ada = house.join("ada", 1), bob = house.join("bob", 2);
  house.tell(ada, wire::Publish{.play = {1}, .title = "live", .tracks = {to_wire(House::tracks()[0], {1})}});
  house.tell(bob, House::play_message(1, "live"));
  const auto frames = House::segment(0, 0)->frames;
  house.service.frame(house.now, ada.id, TrackId{1}, frames[0], house.now);
  ASSERT_EQ(bob.port->sent.size(), 1u);
  house.service.drain(house.now, reason, house.now + 3s);
  house.service.frame(house.now, ada.id, TrackId{1}, frames[1], house.now);
  EXPECT_EQ(bob.port->sent.size(), 1u);
  EXPECT_EQ(bob.port->open.size(), 1u);
  EXPECT_EQ(ada.port->closed, wire::CloseCode::going_away);
  EXPECT_FALSE(bob.port->closed);
  house.run(50ms);
  bob.port->deliver_all();
  house.run(20ms);
  EXPECT_EQ(bob.port->closed, wire::CloseCode::going_away);
}

TEST(Drain, EndsInTimeWhateverClientsDo) {
  House house;
  const auto deaf = house.join("deaf", 1);
  deaf.port->blocked = true;
  house.service.drain(house.now, reason, house.now + 3s);
  house.run(2900ms);
  EXPECT_FALSE(deaf.port->closed);
  house.tell(deaf, House::play_message(1, "clip"));  // nobody listens any more
  house.run(200ms);
  EXPECT_EQ(deaf.port->closed, wire::CloseCode::going_away);
  const auto late = house.connect(2);
  house.run(20ms);
  EXPECT_EQ(late.port->closed, wire::CloseCode::going_away);
}

}  // namespace
}  // namespace avocet::test
