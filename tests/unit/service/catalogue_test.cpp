#include "protocol/service/catalogue.hpp"

#include <gtest/gtest.h>

#include "tests/unit/service/house.hpp"

namespace avocet::test {
namespace {

wire::Refused refusal_of(House& house, const House::Client& client, const wire::Play& play) {
  const std::size_t before = client.port->all<wire::Refused>().size();
  house.tell(client, play);
  EXPECT_EQ(client.port->all<wire::Refused>().size(), before + 1);
  EXPECT_EQ(client.port->last<wire::Refused>().request, play.play.value);
  EXPECT_FALSE(client.port->last<wire::Refused>().remedy.empty());
  return client.port->last<wire::Refused>();
}

// AV-SVC-17
TEST(Catalogue, StrangersMayBrowse) {
  House house;
  StoredTitle broken = House::title("broken");
  broken.problem = "rendition 720p is missing: expected broken_720p.mp4";
  house.service.set_catalogue({House::title("clip"), broken});
  const auto stranger = house.connect(1);
  house.tell(stranger, wire::Browse{});
  const auto catalogue = stranger.port->last<wire::Catalogue>();
  ASSERT_EQ(catalogue.titles.size(), 2u);
  EXPECT_FALSE(catalogue.more);
  EXPECT_EQ(catalogue.titles[0].problem, broken.problem);
  EXPECT_EQ(catalogue.titles[1].renditions, (std::vector<std::string>{"240p", "720p", "1440p"}));
  EXPECT_EQ(catalogue.titles[1].duration, 10s);
}

// AV-SVC-17
TEST(Catalogue, LongOnesComeInPages) {
  House house;
  std::vector<StoredTitle> titles;
  for (int i = 0; i < 150; ++i) titles.push_back(House::title("clip" + std::to_string(i), 2));
  house.service.set_catalogue(titles);
  const auto ada = house.connect(1);
  house.tell(ada, wire::Browse{});
  const auto pages = ada.port->all<wire::Catalogue>();
  ASSERT_EQ(pages.size(), 3u);
  EXPECT_TRUE(pages[0].more && pages[1].more && !pages[2].more);
  EXPECT_EQ(pages[2].titles.size(), 150u - 128u);
}

TEST(Catalogue, PagesWaitForAReader) {
  House house;
  std::vector<StoredTitle> titles;
  for (int i = 0; i < 4000; ++i) {
    titles.push_back(House::title("clip" + std::to_string(i), 2));
    titles.back().problem = std::string(500, 'x');
  }
  house.service.set_catalogue(titles);  // some 2 MB
  const auto ada = house.connect(1);
  ada.port->blocked = true;
  house.tell(ada, wire::Browse{});
  EXPECT_FALSE(ada.port->closed);
  ada.port->blocked = false;
  house.service.ready(house.now, ada.id);
  std::size_t count = 0;
  for (const auto& page : ada.port->all<wire::Catalogue>()) count += page.titles.size();
  EXPECT_EQ(count, 4000u);
}

// AV-SVC-8, AV-SVC-23
TEST(Catalogue, RefusalsSayWhatAndWhatToDo) {
  House house;
  StoredTitle broken = House::title("broken");
  broken.problem = "rendition 720p is missing: expected broken_720p.mp4";
  house.service.set_catalogue({House::title("clip"), broken});
  const auto ada = house.join("ada", 1);
  using enum wire::RefusalCode;

  EXPECT_EQ(refusal_of(house, ada, House::play_message(1, "nothing")).code, no_such_title);
  EXPECT_EQ(refusal_of(house, ada, House::play_message(2, "../clip")).code, bad_name);
  const auto missing = refusal_of(house, ada, House::play_message(3, "broken"));
  EXPECT_EQ(missing.code, missing_rendition);
  EXPECT_NE(missing.reason.find("expected broken_720p.mp4"), std::string::npos);
  wire::Play other = House::play_message(4, "clip");
  other.rendition = "1080p";
  const auto unknown = refusal_of(house, ada, other);
  EXPECT_EQ(unknown.code, no_such_rendition);
  EXPECT_NE(unknown.remedy.find("240p, 720p, 1440p"), std::string::npos);
  EXPECT_EQ(house.service.plays(), 0u);
}

TEST(Catalogue, PlayNeedsANameAndFewAtOnce) {
  ServiceConfig config;
  config.limits.plays_per_user = 1;
  House house(config);
  house.service.set_catalogue({House::title("clip")});
  const auto stranger = house.connect(1);
  EXPECT_EQ(refusal_of(house, stranger, House::play_message(1, "clip")).code, wire::RefusalCode::not_joined);
  house.tell(stranger, house.join_message(stranger, "ada"));
  house.tell(stranger, House::play_message(2, "clip"));
  EXPECT_EQ(refusal_of(house, stranger, House::play_message(3, "clip")).code, wire::RefusalCode::limit);
  house.tell(stranger, wire::Stop{.play = {2}});
  EXPECT_EQ(stranger.port->last<wire::Ended>().reason, "stopped");
  house.tell(stranger, House::play_message(4, "clip"));
  EXPECT_EQ(house.service.plays(), 1u);
  house.tell(stranger, House::play_message(4, "clip"));  // ids are never used again
  EXPECT_EQ(stranger.port->closed, wire::CloseCode::service);
  EXPECT_EQ(house.service.plays(), 0u);
}

TEST(Catalogue, TitlesThatCannotTravelHaveAProblem) {
  StoredTitle twice = House::title("twice");
  twice.tracks[1].rendition = "240p";
  StoredTitle empty = House::title("empty", 0);
  StoredTitle huge = House::title("huge");
  huge.tracks[0].extradata.resize(5000);
  Catalogue catalogue;
  catalogue.set_stored({twice, empty, huge, House::title("a/path")});
  const auto page = catalogue.page(std::nullopt).message;
  ASSERT_EQ(page.titles.size(), 3u);
  for (const auto& title : page.titles) EXPECT_FALSE(title.problem.empty()) << title.name;
}

// AV-SVC-6
TEST(Catalogue, ManyRequestsAreRefusedForAWhile) {
  House house;
  const auto ada = house.connect(1);
  for (int i = 0; i < 60; ++i) house.tell(ada, wire::Browse{});
  EXPECT_EQ(ada.port->last<wire::Refused>().code, wire::RefusalCode::limit);
  EXPECT_FALSE(ada.port->closed);
  house.now += 1s;
  const auto before = ada.port->all<wire::Catalogue>().size();
  house.tell(ada, wire::Browse{});
  EXPECT_EQ(ada.port->all<wire::Catalogue>().size(), before + 1);
}

}  // namespace
}  // namespace avocet::test
