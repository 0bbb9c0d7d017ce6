#include "analysis/account/detectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "analysis/account/detect_capture.hpp"
#include "analysis/metrics/capture_metrics.hpp"
#include "analysis/output/account_text.hpp"

namespace avocet::analysis {
namespace {

std::vector<std::string_view> names(const ConnectionAccount& c) {
  std::vector<std::string_view> out;
  for (const Finding& f : connection_findings(c)) out.push_back(f.detector);
  return out;
}

/// A healthy connection, with some measures of the server's packets replaced.
ConnectionAccount with(const Measures& changes) {
  ConnectionAccount c;
  c.down.measures = {
      {"packets", 10'000},   {"packetsReceived", 10'000}, {"duration", 60},        {"rate", 2e6},
      {"ectRatio", 1},       {"roundTripMin", 0.04},      {"queueDelayP95", 0.01}, {"packetsLostBeyond", 0},
      {"ackDelayP50", 0.01}, {"largestArrived", 1452}};
  c.up.measures = {{"packets", 1000}, {"packetsReceived", 1000}, {"ectRatio", 1}, {"packetsLostBeyond", 0}};
  for (const auto& [name, value] : changes) {
    std::erase_if(c.down.measures, [&](const auto& m) { return m.first == name; });
    c.down.measures.push_back({name, value});
  }
  return c;
}

/// A track of pictures beside that.
ConnectionAccount with_track(const Measures& track, const Measures& changes = {}) {
  ConnectionAccount c = with(changes);
  TrackAccount t{.name = "720p h264 (track 1)", .measures = track};
  t.measures.push_back({"framesReceived", 900});
  t.measures.push_back({"frameRate", 30});
  c.down.tracks.push_back(std::move(t));
  return c;
}

ConnectionAccount with_play(PlayAccount play, const Measures& changes = {}) {
  ConnectionAccount c = with(changes);
  c.plays.push_back(std::move(play));
  return c;
}

using Names = std::vector<std::string_view>;
const Measures one_by_one{{"pathLost", 90}, {"pathLossRatio", 0.009}, {"pathLossRuns", 88}};
const Measures in_bursts{{"pathLost", 90}, {"pathLossRatio", 0.009}, {"pathLossRuns", 15}};

TEST(Detectors, FindNothingWhereNothingIsWrong) { EXPECT_EQ(names(with({})), Names{}); }

TEST(Detectors, TellLossesApart) {
  EXPECT_EQ(names(with(one_by_one)), Names{"random-loss"});
  EXPECT_EQ(names(with(in_bursts)), Names{"burst-loss"});
  EXPECT_EQ(names(with({{"packetsNotCaptured", 40}})), Names{"capture-loss"});
  ConnectionAccount both = with(one_by_one);
  both.up.measures.push_back({"pathLossRatio", 0.004});
  EXPECT_EQ(names(both), Names{"random-loss"});
}

TEST(Detectors, SeeLossOfOneDirectionOnlyWhereBothAreKnown) {
  const Measures much{{"pathLost", 500}, {"pathLossRatio", 0.05}, {"pathLossRuns", 480}};
  ConnectionAccount c = with(much);
  EXPECT_EQ(names(c), (Names{"random-loss", "asymmetric-loss"}));
  std::erase_if(c.up.measures, [](const auto& m) { return m.first == "packetsLostBeyond"; });
  EXPECT_EQ(names(c), Names{"random-loss"});
}

/// Twelve seconds in which 1 Mbit/s arrives, whatever is sent; and such in which a tenth of it is lost.
TEST(Detectors, KnowAPolicerByWhatArrives) {
  ConnectionAccount c = with({{"pathLost", 900}, {"pathLossRatio", 0.09}, {"pathLossRuns", 860}});
  c.up.measures.push_back({"pathLossRatio", 0.09});
  Series& series = c.down.series;
  series.width = 0.2;
  for (int i = 0; i < 60; ++i) {
    series.offered.push_back(1e6 + 4e4 * (i % 7));
    series.delivered.push_back(1e6 + 2e3 * (i % 3));
    series.lost.push_back(15);
  }
  EXPECT_EQ(names(c), Names{"policing"});
  for (std::size_t i = 0; i < 60; ++i) series.delivered[i] = 0.9 * series.offered[i];
  EXPECT_EQ(names(c), Names{"random-loss"});
}

TEST(Detectors, FindLargePacketsThatNeverArrive) {
  EXPECT_EQ(names(with({{"largestArrived", 1272}, {"lostAboveLargest", 4}})), Names{"mtu-black-hole"});
  EXPECT_EQ(names(with({{"largestArrived", 1472}, {"lostAboveLargest", 4}})),
            Names{});  // probes of more than Ethernet
  EXPECT_EQ(names(with({{"largestArrived", 1272}, {"lostAboveLargest", 2}, {"pathLossRatio", 0.3}})),
            Names{});
}

TEST(Detectors, SeeQueuesBeforeAndBehindThePlaceOfTheCapture) {
  EXPECT_EQ(names(with({{"queueDelayP95", 0.25}})), Names{"bufferbloat"});
  EXPECT_EQ(names(with({{"queueBeforeP95", 0.25}})), Names{"bufferbloat"});
  EXPECT_EQ(names(with({{"ackDelayP50", 0.06}})), Names{"slow-receiver"});
}

TEST(Detectors, SeeQueuesByTheSpinBitWhereThereAreNoKeys) {
  ConnectionAccount c;
  c.down.measures = {{"packets", 10'000},
                     {"packetsReceived", 10'000},
                     {"duration", 60},
                     {"spinRoundTripMin", 0.05},
                     {"spinRoundTripP50", 0.4}};
  EXPECT_EQ(names(c), Names{"bufferbloat"});
  c.down.measures[0].second = 100;  // now and then a packet
  EXPECT_EQ(names(c), Names{});
}

TEST(Detectors, DoNotTakeAClockThatWasSetForAQueueOrAnOutage) {
  ConnectionAccount c = with({{"queueBeforeP95", 5}, {"longestSilence", 5}});
  EXPECT_EQ(names(c), (Names{"outage", "bufferbloat"}));
  c.measures = {{"clockSteps", 1}, {"clockStep", 5}};
  EXPECT_EQ(names(c), Names{"clock-problem"});
  c.plays.push_back({.title = "match", .live = true});
  c.plays[0].measures = {{"freezeCount", 1}, {"totalFreezesDuration", 5}};
  EXPECT_EQ(names(c), Names{"clock-problem"});
  c.plays[0].measures = {{"freezeCount", 2}, {"totalFreezesDuration", 9}};
  EXPECT_EQ(names(c), (Names{"freezes", "clock-problem"}));
}

TEST(Detectors, SeeWhatThePathDoesToPackets) {
  EXPECT_EQ(names(with({{"packetsReordered", 50}})), Names{"reordering"});
  EXPECT_EQ(names(with({{"packetsDuplicated", 9'900}})), Names{"duplication"});
  EXPECT_EQ(names(with({{"longestSilence", 5}})), Names{"outage"});
  EXPECT_EQ(names(with({{"packetsMarked", 100}})), Names{"congestion-marks"});
  EXPECT_EQ(names(with({{"ectRatio", 0}})), Names{"ecn-cleared"});
  EXPECT_EQ(names(with({{"ectRatio", 0}, {"notEctFirstNumber", 20}})), Names{});
  ConnectionAccount moved = with({{"addressChanges", 1}});
  moved.down.events = {{PathEvent::Kind::address, Time(3s), 70, "from here to there"}};
  EXPECT_EQ(names(moved), Names{"address-change"});
  moved.down.events = {{PathEvent::Kind::hops, Time(3s), 70, "another route"}};
  EXPECT_EQ(names(moved), Names{"route-change"});
}

TEST(Detectors, TellDamageFromInjectionAndReplay) {
  EXPECT_EQ(names(with({{"notAuthentic", 20}})), Names{"injection"});
  EXPECT_EQ(names(with({{"notAuthentic", 20}, {"packetsLost", 20}})), Names{"damage"});
  EXPECT_EQ(names(with({{"lateCopies", 20}, {"packetsDuplicated", 20}})), Names{"replay"});
}

TEST(Detectors, NameTheWeightiestFirstAndSayWhen) {
  ConnectionAccount c =
      with({{"packetsReordered", 50}, {"pathLost", 2000}, {"pathLossRatio", 0.2}, {"pathLossRuns", 200}});
  c.down.longest_loss = {.first = 17, .count = 13, .at = Time(3'120ms)};
  EXPECT_EQ(names(c), (Names{"burst-loss", "asymmetric-loss", "reordering"}));
  EXPECT_NE(connection_findings(c)[0].evidence.find("packets 17 to 29 at 3.120 s"), std::string::npos);
}

TEST(Detectors, SayWhenAndWhichPacket) {
  ConnectionAccount c = with({{"packetsDuplicated", 400},
                              {"packetsMarked", 50},
                              {"ackDelayP50", 0.09},
                              {"ackDelayMax", 0.4},
                              {"ackDelayMaxAt", 7.25},
                              {"ackDelayMaxNumber", 311},
                              {"ectRatio", 0},
                              {"notEctFirstNumber", 5},
                              {"notEctFirstAt", 0.125}});
  c.down.events = {{PathEvent::Kind::copy, Time(3s), 70, "a packet came again"},
                   {PathEvent::Kind::marked, Time(4s), 90, "a queue marked a packet"}};
  std::string all;
  for (const Finding& f : connection_findings(c)) all += f.evidence + "\n";
  for (const char* said : {"first at 3.000 s with number 70", "first at 4.000 s with number 90",
                           "that of packet 311, at 7.250 s: 400 ms", "from packet 5 at 0.125 s on"}) {
    EXPECT_NE(all.find(said), all.npos) << said << " in\n" << all;
  }
}

TEST(Detectors, KnowAServerThatDoesNotAnswer) {
  ConnectionAccount c;
  c.measures = {{"hellos", 12}};
  c.up.measures = {{"packets", 12}};
  EXPECT_EQ(names(c), Names{"no-answer"});
}

TEST(Detectors, JudgeRepair) {
  EXPECT_EQ(names(with_track({{"parityShare", 0.12}})), Names{"too-much-parity"});
  EXPECT_EQ(names(with_track({{"parityShare", 0.12}}, {{"pathLossRatio", 0.03}})), Names{});
  ConnectionAccount starved = with_track({{"parityShare", 0.12}});
  starved.down.tracks[0].measures.insert(starved.down.tracks[0].measures.begin(), {"frameRate", 3.6});
  EXPECT_EQ(names(starved), Names{});
  const Measures repeated{{"fragments", 5000}, {"fragmentsRepeated", 200}};
  EXPECT_EQ(names(with_track(repeated)), Names{"wasted-retransmissions"});
  EXPECT_EQ(names(with_track(repeated, {{"packetsLostBeyond", 180}})), Names{});
}

TEST(Detectors, KnowWhenOnlyParityCouldHaveHelped) {
  PlayAccount play{.title = "match", .live = true};
  play.measures = {{"framesLost", 40}, {"framesShown", 860}, {"latency", 0.25}};
  const Measures far{{"pathLossRatio", 0.02}, {"roundTripP50", 0.3}},
      near{{"pathLossRatio", 0.02}, {"roundTripP50", 0.05}};
  EXPECT_EQ(names(with_play(play, far)), Names{"too-little-parity"});
  EXPECT_EQ(names(with_play(play, near)), Names{});
}

TEST(Detectors, JudgeEncoders) {
  const Measures spikes{{"keyFrames", 20}, {"keyFrameSize", 12}};
  ConnectionAccount live = with_track(spikes);
  live.plays.push_back({.title = "match", .live = true});
  EXPECT_EQ(names(live), Names{"key-frame-spikes"});
  live.plays[0].live = false;  // it waits in the viewer's buffer
  EXPECT_EQ(names(live), Names{});
  ConnectionAccount publisher = with({});
  publisher.measures = {{"encoderTime", 40}, {"encoderTimeAbove", 20}, {"encoderWorst", 1.4}};
  EXPECT_EQ(names(publisher), Names{"encoder-overshoot"});
}

TEST(Detectors, SayWhatTheViewerSaw) {
  PlayAccount play{.title = "film"};
  play.measures = {{"freezeCount", 3}, {"totalFreezesDuration", 4}, {"stalls", 2}};
  EXPECT_EQ(names(with_play(play)), (Names{"freezes", "slow-path"}));
  // Of pictures that the capture misses nothing is known.
  EXPECT_EQ(names(with_play(play, {{"packetsNotCaptured", 40}})), Names{"capture-loss"});
  play.measures = {};
  for (int i = 0; i < 6; ++i) play.switches.push_back({Time(i * 10s), "240p", "720p", "rate"});
  EXPECT_EQ(names(with_play(play)), Names{"oscillating-rendition"});
}

Names names_of(const Account& account) {
  Names out;
  for (const Finding& f : capture_findings(CaptureReading(), account)) out.push_back(f.detector);
  return out;
}

TEST(Detectors, SeeAFloodOfHandshakes) {
  Account account;
  ConnectionAccount begun;
  begun.measures = {{"hellos", 1}};
  account.connections.assign(100, begun);
  EXPECT_EQ(names_of(account), Names{});
  account.connections.push_back(begun);
  EXPECT_EQ(names_of(account), Names{"handshake-flood"});
}

TEST(Detectors, BlameOtherTrafficOnlyWhenMediaSuffer) {
  Account account;
  account.flows = {{.name = "TCP",
                    .between = "here and there",
                    .measures = {{"bytes", 9e6}, {"firstAt", 2}, {"duration", 7.5}}}};
  account.flow_count = 1;
  account.connections = {with({{"bytes", 4e6}})};
  EXPECT_EQ(names_of(account), Names{});
  account.connections = {with({{"bytes", 4e6}, {"queueDelayP95", 0.09}})};
  EXPECT_EQ(names_of(account), Names{"unfair-cross-traffic"});
  EXPECT_NE(capture_findings(CaptureReading(), account)[0].evidence.find("from 2.000 s to 9.500 s"),
            std::string::npos);
  account.connections = {with({{"bytes", 10e6}, {"queueDelayP95", 0.09}})};
  EXPECT_EQ(names_of(account), Names{});
}

TEST(Detectors, FindAClockThatWasSetBackAndPacketsThatAreCut) {
  CaptureReading reading;
  const Bytes bytes(40);
  for (const std::int64_t at : {0, 5, 2}) {
    reading.read(
        {.at = at * 1'000'000'000, .link = capture::Link::raw, .bytes = bytes, .length = bytes.size()});
  }
  const auto found = capture_findings(reading, Account());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].detector, "clock-problem");
  EXPECT_NE(found[0].evidence.find("at 5.000 s, before packet 3 of the file, by 3.000 s"), std::string::npos);
  EXPECT_EQ(cut_packets(7, 2.5)->detector, "cut-packets");
  EXPECT_FALSE(cut_packets(0, 0));
}

TEST(CaptureMetrics, HaveEachANameOfItsOwnAUnitAndAMeaning) {
  for (const metrics::Metric& m : metrics::capture_metrics) {
    EXPECT_EQ(metrics::find_capture_metric(m.name), &m) << m.name;
    EXPECT_FALSE(m.unit.empty() || m.meaning.empty()) << m.name;
  }
}

TEST(SmallGraph, ScalesToTheHighestAndKeepsPeaks) {
  EXPECT_EQ(small_graph({0, 4, 8, std::numeric_limits<double>::quiet_NaN()}, 10), "▁▅█ ");
  EXPECT_EQ(small_graph({0, 0, 8, 0, 0, 0}, 3), "▁█▁");
}

}  // namespace
}  // namespace avocet::analysis
