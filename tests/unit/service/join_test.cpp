#include <gtest/gtest.h>

#include "tests/unit/service/house.hpp"

namespace avocet::test {
namespace {

// AV-SVC-14, AV-SVC-15
TEST(Join, IsWelcomedAndTold) {
  House house;
  const auto ada = house.join("ada", 1);
  EXPECT_EQ(ada.port->last<wire::Welcome>().server, "Avocet");
  const auto directory = ada.port->last<wire::Directory>();
  EXPECT_TRUE(directory.complete);
  ASSERT_EQ(directory.present.size(), 1u);
  EXPECT_EQ(directory.present[0].name, "ada");
  EXPECT_TRUE(is_signed_by_identity(*house.context, directory.present[0]));
  EXPECT_EQ(house.all<UserJoined>().at(0).name, "ada");
}

// AV-SVC-15
TEST(Join, OthersHearOfComingAndGoing) {
  House house;
  const auto ada = house.join("ada", 1);
  const auto bob = house.join("bob", 2);
  house.run(100ms);
  EXPECT_FALSE(ada.port->last<wire::Directory>().complete);
  EXPECT_EQ(ada.port->last<wire::Directory>().present.back().name, "bob");
  house.service.closed(house.now, bob.id, wire::CloseCode::idle, "", false);
  house.run(100ms);
  EXPECT_EQ(ada.port->last<wire::Directory>().left, std::vector<std::string>{"bob"});
  EXPECT_EQ(house.service.users(), 1u);
}

TEST(Join, ManyUsersComeInPages) {
  House house;
  std::vector<House::Client> crowd;
  for (std::uint64_t i = 0; i < 60; ++i) crowd.push_back(house.join("user" + std::to_string(i), 1));
  const auto pages = crowd.back().port->all<wire::Directory>();
  ASSERT_EQ(pages.size(), 3u);
  EXPECT_TRUE(pages[0].complete);
  EXPECT_FALSE(pages[1].complete);
  EXPECT_EQ(pages[0].present.size() + pages[1].present.size() + pages[2].present.size(), 60u);
}

// AV-SVC-13
TEST(Join, SameKeySupersedesItsGhost) {
  House house;
  const auto ghost = house.join("ada", 1);
  const auto ada = house.join("ada", 1);
  EXPECT_EQ(ghost.port->closed, wire::CloseCode::superseded);
  EXPECT_EQ(ada.port->all<wire::Welcome>().size(), 1u);
  EXPECT_EQ(house.service.users(), 1u);
  EXPECT_TRUE(house.all<UserJoined>().back().superseded);
  // The end of the ghost's session does not take the name from its successor.
  house.service.closed(house.now, ghost.id, wire::CloseCode::superseded, "", false);
  EXPECT_EQ(house.service.users(), 1u);
}

// AV-SVC-13
TEST(Join, AnotherKeyIsRefusedWithARemedy) {
  House house;
  const auto ada = house.join("ada", 1);
  const auto eve = house.join("ada", 2);
  const auto refused = eve.port->last<wire::Refused>();
  EXPECT_EQ(refused.code, wire::RefusalCode::name_taken);
  EXPECT_NE(refused.reason.find("ada"), std::string::npos);
  EXPECT_FALSE(refused.remedy.empty());
  EXPECT_FALSE(ada.port->closed);
}

// AV-SVC-10, AV-SVC-12
TEST(Join, BadNamesAndForeignKeysAreRefused) {
  House house;
  const auto client = house.connect(1);
  house.tell(client, house.join_message(client, "a/b"));
  EXPECT_EQ(client.port->last<wire::Refused>().code, wire::RefusalCode::bad_name);
  wire::Join join = house.join_message(client, "ada");
  join.encryption_key[0] = std::byte{1};  // not what was signed
  house.tell(client, join);
  EXPECT_EQ(client.port->last<wire::Refused>().code, wire::RefusalCode::bad_request);
  house.tell(client, house.join_message(client, "ada"));
  house.tell(client, house.join_message(client, "bob"));
  EXPECT_EQ(client.port->last<wire::Refused>().code, wire::RefusalCode::bad_request);
  EXPECT_EQ(house.service.users(), 1u);
}

TEST(Join, FullServerRefuses) {
  ServiceConfig config;
  config.limits.users = 1;
  House house(config);
  house.join("ada", 1);
  const auto bob = house.join("bob", 2);
  EXPECT_EQ(bob.port->last<wire::Refused>().code, wire::RefusalCode::limit);
}

// AV-SVC-18
TEST(Talk, LinesReachAllUsersWithTheNameOfTheSpeaker) {
  House house;
  house.service.set_calendar(calendar);
  const auto ada = house.join("ada", 1);
  const auto bob = house.join("bob", 2);
  const auto stranger = house.connect(3);
  house.tell(ada, wire::Say{.from = "bob", .line = "hello"});
  EXPECT_EQ(bob.port->last<wire::Say>().from, "ada");
  EXPECT_EQ(bob.port->last<wire::Say>().line, "hello");
  EXPECT_EQ(bob.port->last<wire::Say>().at, 1'800'000'000u);
  EXPECT_EQ(ada.port->all<wire::Say>().size(), 1u);
  EXPECT_TRUE(stranger.port->all<wire::Say>().empty());
  house.tell(stranger, wire::Say{.line = "let me in"});
  EXPECT_EQ(stranger.port->last<wire::Refused>().code, wire::RefusalCode::not_joined);
  for (int i = 0; i < 20; ++i) house.tell(ada, wire::Say{.line = "spam"});
  EXPECT_EQ(ada.port->last<wire::Refused>().code, wire::RefusalCode::limit);
  EXPECT_LE(bob.port->all<wire::Say>().size(), 11u);
}

// AV-SVC-2, AV-SVC-3, AV-SVC-6
TEST(Session, FloodsAndNonsenseEndIt) {
  House house;
  const auto flood = house.join("ada", 1);
  for (int i = 0; i < 2000 && !flood.port->closed; ++i) house.tell(flood, wire::Pause{.play = {1}});
  EXPECT_EQ(flood.port->closed, wire::CloseCode::service);
  EXPECT_EQ(house.service.users(), 0u);

  const auto confused = house.connect(2);
  house.tell(confused, wire::Welcome{.server = "me"});
  EXPECT_EQ(confused.port->closed, wire::CloseCode::service);

  const auto garbled = house.connect(3);
  const Bytes nonsense(80, std::byte{0x3e});
  house.service.received(house.now, garbled.id, nonsense);
  EXPECT_EQ(garbled.port->closed, wire::CloseCode::service);
}

// AV-SVC-7
TEST(Session, WhoDoesNotReadIsClosedAndHoldsLittle) {
  ServiceConfig config;
  config.limits.message_queue = 20'000;
  House house(config);
  const auto deaf = house.join("deaf", 1);
  deaf.port->blocked = true;
  const auto ada = house.join("ada", 2);
  for (int i = 0; i < 10 && !deaf.port->closed; ++i)
    house.tell(ada, wire::Say{.line = std::string(4000, 'x')});
  EXPECT_EQ(deaf.port->closed, wire::CloseCode::service);
  EXPECT_FALSE(ada.port->closed);
}

// AV-SVC-19
TEST(Session, ByeEndsIt) {
  House house;
  const auto ada = house.join("ada", 1);
  house.tell(ada, wire::Bye{.reason = "supper"});
  EXPECT_EQ(ada.port->closed, wire::CloseCode::none);
  EXPECT_EQ(house.all<UserLeft>().at(0).reason, "supper");
}

}  // namespace
}  // namespace avocet::test
