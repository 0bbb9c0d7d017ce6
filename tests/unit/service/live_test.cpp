#include <gtest/gtest.h>

#include <set>

#include "protocol/service/tracks.hpp"
#include "tests/unit/service/house.hpp"

namespace avocet::test {
namespace {

/// Ada publishes 240p, 720p, 1440p and audio: 20 frames a second in groups of ten. Her clock shows 100 s more
/// than the server's, and the way takes 10 ms.
struct Stage : House {
  Stage() {
    ada = join("ada", 1);
    wire::Publish publish{.play = {1}, .title = "live"};
    for (std::uint32_t i = 0; i < 4; ++i) publish.tracks.push_back(to_wire(tracks()[i], TrackId{i + 1}));
    tell(ada, publish);
  }
  Client viewer(std::uint64_t key, double mbps, const std::string& rendition = {}) {
    Client client = join("viewer" + std::to_string(key), key);
    client.port->now_path.target = DataRate::mbps(mbps);
    wire::Play play = play_message(1, "live");
    play.rendition = rendition;
    tell(client, play);
    return client;
  }
  media::Frame picture(std::uint64_t number) const { return House::picture(now, number); }
  void frame(std::size_t track, const media::Frame& f) {
    service.frame(now, ada.id, TrackId{static_cast<std::uint32_t>(track + 1)}, f, now);
    drain();
  }
  /// Pictures of all renditions and sound, from one number to before another, 50 ms apart.
  void publish(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t n = from; n < to; ++n) {
      for (std::size_t track = 0; track < 4; ++track) frame(track, picture(n));
      run(50ms);
    }
  }
  Client ada;
};

// AV-LIVE-1
TEST(Live, PublicationIsInTheCatalogue) {
  Stage s;
  EXPECT_EQ(s.ada.port->all<wire::Published>().size(), 1u);
  const auto bob = s.viewer(2, 1);
  s.tell(bob, wire::Browse{});
  const auto titles = bob.port->last<wire::Catalogue>().titles;
  ASSERT_EQ(titles.size(), 1u);
  EXPECT_TRUE(titles[0].live);
  EXPECT_EQ(titles[0].viewers, 1u);
  EXPECT_TRUE(bob.port->last<wire::Tracks>().live);
}

// AV-MED-15, AV-LIVE-3
TEST(Live, FramesAreRelayedWholeWithDeadlines) {
  Stage s;
  const auto bob = s.viewer(2, 1);
  s.publish(0, 10);
  EXPECT_EQ(s.numbers(bob, 0), s.range(0, 10));
  EXPECT_EQ(s.numbers(bob, 3), s.range(0, 10));
  EXPECT_TRUE(s.numbers(bob, 1).empty());
  const Time sent = Time{1s};
  const FakePort::Sent& first = bob.port->sent[0];
  EXPECT_EQ(first.frame.capture, to_microseconds(sent.time_since_epoch() - 10ms + 100s));
  // The fastest way there counts as none: captured at 1 s of the server's clock, and 150 ms later it is too
  // late.
  EXPECT_EQ(first.deadline, sent + 150ms);
  EXPECT_TRUE(bob.port->open.at(bob.port->last<wire::Tracks>().tracks[3].id).duplicate);
}

// AV-LIVE-4
TEST(Live, ViewerInTheMiddleBeginsWithTheGroupThatIsThere) {
  Stage s;
  s.publish(0, 17);
  const auto bob = s.viewer(2, 1);
  EXPECT_EQ(s.numbers(bob, 0), s.range(10, 17));
  for (const auto& sent : bob.port->sent) EXPECT_GE(*sent.deadline, s.now + 100ms);
  s.publish(17, 20);
  EXPECT_EQ(s.numbers(bob, 0), s.range(10, 20));
}

TEST(Live, GroupThatIsTooLargeIsNotKept) {
  LiveTitle title("t", {}, {to_wire(House::tracks()[0], TrackId{1})}, 2500);
  Stage s;
  title.take(s.now, 0, s.picture(0));
  title.take(s.now, 0, s.picture(2));
  title.take(s.now, 0, s.picture(1));
  EXPECT_TRUE(title.group(0).empty());
  title.take(s.now, 0, s.picture(3));
  EXPECT_TRUE(title.group(0).empty());
  title.take(s.now, 0, s.picture(11));
  title.take(s.now, 0, s.picture(10));
  ASSERT_EQ(title.group(0).size(), 1u);  // 11 came when nothing was kept
  EXPECT_EQ(title.group(0)[0].number.value, 10u);
}

TEST(Live, FramesThatOvertookTheirKeyFrameBelongToItsGroup) {
  LiveTitle title("t", {}, {to_wire(House::tracks()[0], TrackId{1})}, 1 << 20);
  Stage s;
  for (const std::uint64_t n : {0, 1, 11, 10, 12, 9, 12}) title.take(s.now, 0, s.picture(n));
  ASSERT_EQ(title.group(0).size(), 3u);
  EXPECT_EQ(title.group(0)[0].number.value, 10u);
  EXPECT_EQ(title.group(0)[1].number.value, 11u);
}

// AV-LIVE-5
TEST(Live, SwitchesAtAKeyFrameOfBoth) {
  Stage s;
  const auto bob = s.viewer(2, 1, "");
  s.publish(0, 5);
  bob.port->now_path.target = DataRate::mbps(20);
  s.publish(5, 25);  // for a while first: the step is decided in the second group
  const auto switched = bob.port->last<wire::Switched>();
  EXPECT_EQ(switched.at.value, 20u);
  EXPECT_EQ(s.numbers(bob, 0), s.range(0, 20));
  EXPECT_EQ(s.numbers(bob, 2), s.range(20, 25));
  bob.port->now_path.target = DataRate::mbps(1);
  s.publish(25, 40);
  EXPECT_EQ(bob.port->last<wire::Switched>().at.value, 30u);
  EXPECT_EQ(s.numbers(bob, 2), s.range(20, 30));
  EXPECT_EQ(s.numbers(bob, 0).back(), 39u);
}

TEST(Live, GoesOnWhereItWasWhenTheOtherKeyFrameIsMissing) {
  Stage s;
  const auto bob = s.viewer(2, 1);
  s.publish(0, 5);
  s.tell(bob, wire::SwitchRendition{.play = {1}, .rendition = "720p"});
  for (std::uint64_t n = 5; n < 20; ++n) {  // nothing comes of 720p
    s.frame(0, s.picture(n));
    s.run(50ms);
  }
  EXPECT_TRUE(bob.port->all<wire::Switched>().empty());
  EXPECT_EQ(s.numbers(bob, 0), s.range(0, 20));
  s.publish(20, 25);
  EXPECT_EQ(bob.port->last<wire::Switched>().at.value, 20u);
}

// AV-LIVE-7
TEST(Live, PauseGoesOnAtTheLiveEdge) {
  Stage s;
  const auto bob = s.viewer(2, 1);
  s.publish(0, 5);
  s.tell(bob, wire::Pause{.play = {1}});
  s.publish(5, 33);
  s.tell(bob, wire::Pause{.play = {1}, .paused = false});
  s.publish(33, 35);
  const auto seen = s.numbers(bob, 0);
  EXPECT_EQ(std::vector(seen.begin() + 5, seen.end()), s.range(30, 35));
}

// AV-LIVE-6
TEST(Live, EncoderHearsWhatTheBestViewerCanUse) {
  Stage s;
  s.publish(0, 5);
  EXPECT_EQ(s.ada.port->last<wire::TargetRate>().rate, 400'000u);  // nobody watches
  s.viewer(2, 3);
  const auto carol = s.viewer(3, 5);
  s.publish(5, 15);
  EXPECT_EQ(s.ada.port->last<wire::TargetRate>().rate,
            4'900'000u);  // some is for what encoders make too much
  carol.port->now_path.media_share = 0.8;
  s.publish(15, 20);
  EXPECT_EQ(s.ada.port->last<wire::TargetRate>().rate, 3'920'000u);  // and headers and repair are not media
  carol.port->now_path.media_share = 1;
  carol.port->now_path.target = DataRate::mbps(100);
  s.publish(20, 25);
  EXPECT_LT(s.ada.port->last<wire::TargetRate>().rate, 8'000'000u);  // 1440p needs no more
  const std::size_t told = s.ada.port->all<wire::TargetRate>().size();
  s.publish(25, 65);
  EXPECT_EQ(s.ada.port->all<wire::TargetRate>().size(), told);  // nothing new
}

// AV-LIVE-6
TEST(Live, EncoderMakesLessWhilePicturesWait) {
  Stage s;
  const auto bob = s.viewer(2, 4);
  const auto told = [&](std::uint64_t from, std::size_t unsent) {
    bob.port->unsent = unsent;
    s.publish(from, from + 10);
    return s.ada.port->last<wire::TargetRate>().rate;
  };
  EXPECT_EQ(told(0, 0), 3'920'000u);
  EXPECT_EQ(told(10, 50'000), 2'920'000u);   // 400,000 bits in 400 ms
  EXPECT_EQ(told(20, 500'000), 1'960'000u);  // a picture that is half as good is better than none
  EXPECT_EQ(told(30, 0), 3'920'000u);
}

// AV-LIVE-6
TEST(Live, PlaysOfOneViewerShareItsPathByWeight) {
  const auto told = [](std::uint8_t first, std::uint8_t second, const std::string& rendition) {
    Stage s;
    const auto bob = s.viewer(2, 6, rendition);
    wire::Play more = House::play_message(2, "live");
    more.weight = second;
    s.tell(bob, more);
    more = House::play_message(3, "live");
    more.weight = first;
    s.tell(bob, more);
    s.publish(0, 5);
    return static_cast<double>(s.ada.port->last<wire::TargetRate>().rate) / 0.98e6;
  };
  EXPECT_NEAR(told(16, 16, ""), 2, 0.01);
  EXPECT_NEAR(told(64, 16, ""), 4, 0.01);  // the heavier; the rest is for the two others
  EXPECT_GT(told(16, 16, "240p"), 2.4);    // who needs little leaves it to the others
}

TEST(Live, NobodyGetsMoreOfAPathThanItCanUse) {
  const Claim small{1, DataRate::mbps(0.5)}, large{2, DataRate::mbps(8)}, idle{1, DataRate::zero()};
  EXPECT_EQ(share_of_path(DataRate::mbps(3), {small, large, idle}, small), DataRate::mbps(0.5));
  EXPECT_EQ(share_of_path(DataRate::mbps(3), {small, large, idle}, large), DataRate::mbps(2.5));
  EXPECT_EQ(share_of_path(DataRate::mbps(3), {small, large, idle}, idle), DataRate::zero());
  EXPECT_EQ(share_of_path(DataRate::mbps(20), {small, large}, large), DataRate::mbps(8));
  EXPECT_EQ(share_of_path(DataRate::mbps(3), {large, large, large}, large), DataRate::mbps(1));
}

/// As Stage::publish, but with a key frame only where one is said.
void publish_with_keys(Stage& s, std::uint64_t from, std::uint64_t to, std::set<std::uint64_t> keys) {
  for (std::uint64_t n = from; n < to; ++n) {
    for (std::size_t track = 0; track < 4; ++track) {
      media::Frame frame = s.picture(n);
      frame.key = track == 3 || keys.contains(n);
      s.frame(track, frame);
    }
    s.run(50ms);
  }
}

// AV-LIVE-9, AV-LIVE-10, AV-LIVE-11
TEST(Live, AViewerThatLostAPictureAsksTheEncoderForAKeyFrame) {
  Stage s;
  const auto bob = s.viewer(2, 1);
  publish_with_keys(s, 0, 30, {0});
  EXPECT_TRUE(s.ada.port->all<wire::KeyFrameWanted>().empty());
  s.tell(bob, wire::KeyFrameWanted{.play = {1}, .after = {28}});
  ASSERT_EQ(s.ada.port->all<wire::KeyFrameWanted>().size(), 1u);
  EXPECT_EQ(s.ada.port->last<wire::KeyFrameWanted>(), (wire::KeyFrameWanted{.play = {1}, .after = {28}}));
  s.tell(bob, wire::KeyFrameWanted{.play = {1}, .after = {29}});
  publish_with_keys(s, 30, 40, {});
  EXPECT_EQ(s.ada.port->all<wire::KeyFrameWanted>().size(), 1u);  // half a second later
  publish_with_keys(s, 40, 44, {});
  EXPECT_EQ(s.ada.port->all<wire::KeyFrameWanted>().size(), 2u);  // it may have been lost
  publish_with_keys(s, 44, 60, {44});
  s.tell(bob, wire::KeyFrameWanted{.play = {1}, .after = {40}});  // crossed with the key frame
  EXPECT_EQ(s.ada.port->all<wire::KeyFrameWanted>().size(), 2u);
}

// AV-LIVE-11
TEST(Live, WhoMakesKeyFramesEveryHalfSecondIsNotAsked) {
  Stage s;
  const auto bob = s.viewer(2, 1);
  for (std::uint64_t n = 0; n < 60; ++n) {
    s.publish(n, n + 1);
    s.tell(bob, wire::KeyFrameWanted{.play = {1}, .after = {n}});
    s.tell(bob,
           wire::KeyFrameWanted{.play = {1}, .after = {n + 1000}});  // what was never there is not missed
  }
  EXPECT_TRUE(s.ada.port->all<wire::KeyFrameWanted>().empty());
}

// AV-LIVE-10
TEST(Live, TheServerAsksForViewersWhoGetNothing) {
  Stage s;
  const auto bob = s.viewer(2, 1);
  publish_with_keys(s, 0, 20, {0});
  bob.port->gave_up_picture = true;  // and those after it with it
  publish_with_keys(s, 20, 21, {});
  EXPECT_EQ(s.ada.port->all<wire::KeyFrameWanted>().size(), 1u);
  bob.port->gave_up_picture = false;
  publish_with_keys(s, 21, 40, {22});
  EXPECT_EQ(s.ada.port->all<wire::KeyFrameWanted>().size(), 1u);
  s.tell(bob, wire::SwitchRendition{.play = {1}, .rendition = "720p"});
  publish_with_keys(s, 40, 42, {});
  EXPECT_EQ(s.ada.port->all<wire::KeyFrameWanted>().size(), 2u);  // to go over there
  publish_with_keys(s, 42, 50, {42});
  EXPECT_EQ(bob.port->last<wire::Switched>().at.value, 42u);
}

// AV-LIVE-8
TEST(Live, EndsForAllWhenThePublisherLeaves) {
  Stage s;
  const auto bob = s.viewer(2, 1);
  s.publish(0, 5);
  s.service.closed(s.now, s.ada.id, wire::CloseCode::idle, "", false);
  s.drain();
  EXPECT_EQ(bob.port->last<wire::Ended>().reason, "ada left");
  EXPECT_EQ(s.service.plays(), 0u);
  EXPECT_EQ(s.all<TitleWithdrawn>().size(), 1u);
  s.tell(bob, wire::Play{.play = {2}, .title = "live"});
  EXPECT_EQ(bob.port->last<wire::Refused>().code, wire::RefusalCode::no_such_title);
}

TEST(Live, PublisherCanStopAndWatchItself) {
  Stage s;
  s.tell(s.ada, House::play_message(2, "live"));
  s.publish(0, 3);
  EXPECT_EQ(s.numbers(s.ada, 0), s.range(0, 3));
  s.tell(s.ada, wire::Stop{.play = {1}});
  EXPECT_EQ(s.ada.port->last<wire::Ended>().play.value, 2u);
  s.frame(0, s.picture(3));
  EXPECT_TRUE(s.ada.port->ignored.contains(TrackId{1}));
}

// AV-LIVE-1
TEST(Live, BadPublicationsAreRefused) {
  Stage s;
  const auto bob = s.join("bob", 2);
  wire::Publish publish{.play = {1}, .title = "live", .tracks = {to_wire(House::tracks()[0], TrackId{1})}};
  s.tell(bob, publish);
  EXPECT_EQ(bob.port->last<wire::Refused>().code, wire::RefusalCode::title_taken);
  publish.play = {2}, publish.title = "a/b";
  s.tell(bob, publish);
  EXPECT_EQ(bob.port->last<wire::Refused>().code, wire::RefusalCode::bad_name);
  publish.play = {3}, publish.title = "mine";
  publish.tracks.push_back(to_wire(House::tracks()[1], TrackId{1}));
  s.tell(bob, publish);
  EXPECT_EQ(bob.port->last<wire::Refused>().code, wire::RefusalCode::bad_request);
  publish.play = {4}, publish.tracks.clear();
  s.tell(bob, publish);
  EXPECT_EQ(bob.port->last<wire::Refused>().code, wire::RefusalCode::bad_request);
  EXPECT_TRUE(bob.port->all<wire::Published>().empty());
}

TEST(Live, ClocksThatSayNonsenseDoNoHarm) {
  Stage s;
  const auto bob = s.viewer(2, 1);
  for (const std::int64_t capture :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), std::int64_t{0},
        std::int64_t{-1} << 50}) {
    media::Frame f = s.picture(0);
    f.capture = capture;
    s.frame(0, f);
  }
  s.run(1s);
}

}  // namespace
}  // namespace avocet::test
