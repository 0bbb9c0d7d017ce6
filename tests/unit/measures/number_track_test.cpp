#include "analysis/measures/number_track.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace avocet::analysis {
namespace {

using Kind = NumberTrack::Kind;

TEST(NumberTrack, CountsLossInRuns) {
  NumberTrack track;
  for (const std::uint32_t n : {10u, 11u, 13u, 17u, 18u, 20u}) track.see(Time{}, n);
  EXPECT_EQ(track.received(), 6u);
  EXPECT_EQ(track.lost(), 5u);
  EXPECT_EQ(track.runs()[0], 2u);
  EXPECT_EQ(track.runs()[2], 1u);
}

TEST(NumberTrack, TakesWhatComesLateForOvertakenAndWhatComesAgainForADuplicate) {
  NumberTrack track;
  track.begin_at_zero();
  EXPECT_EQ(track.see(Time(1s), 2).skipped, 2u);
  const auto late = track.see(Time(2s), 0);
  EXPECT_EQ(late.kind, Kind::overtaken);
  EXPECT_EQ(late.missed_at, Time(1s));
  EXPECT_EQ(late.overtaken_by, 2u);
  EXPECT_EQ(track.see(Time(2s), 0).kind, Kind::duplicate);
  EXPECT_EQ(track.see(Time(2s), 2).kind, Kind::duplicate);
  EXPECT_EQ(track.lost(), 1u);
  EXPECT_EQ(track.overtaken(), 1u);
  EXPECT_EQ(track.duplicates(), 2u);
}

TEST(NumberTrack, ExpandsNumbersThatRunOverAndRefusesForgedOnes) {
  NumberTrack track;
  track.see(Time{}, 0xfffffffe);
  EXPECT_EQ(track.see(Time{}, 1).number, PacketNumber{0x100000001});
  EXPECT_EQ(track.see(Time{}, 0x40000000).kind, Kind::stray);
  EXPECT_EQ(track.next(), PacketNumber{0x100000002});
  EXPECT_EQ(track.lost(), 2u);
}

/// Beside a set of all numbers, over random loss, reordering and duplicates.
TEST(NumberTrack, AgreesWithASetOfAllNumbers) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    NumberTrack track;
    track.begin_at_zero();
    std::set<std::uint32_t> arrived;
    std::uint64_t duplicates = 0, overtaken = 0;
    for (std::uint32_t n = 0; n < 3000; ++n) {
      if (random() % 10 == 0) continue;
      const std::uint32_t number =
          random() % 20 == 0 ? n - std::min(n, static_cast<std::uint32_t>(random() % 300)) : n;
      const bool below = !arrived.empty() && number < *arrived.rbegin();
      if (!arrived.insert(number).second) {
        ++duplicates;
      } else if (below) {
        ++overtaken;
      }
      track.see(Time{}, number);
    }
    EXPECT_EQ(track.received(), arrived.size());
    EXPECT_EQ(track.duplicates(), duplicates);
    EXPECT_EQ(track.overtaken(), overtaken);
    EXPECT_EQ(track.lost(), *arrived.rbegin() + 1 - arrived.size());
  }
}

/// A number far ahead may be forged; two in a row are the sender's, after a long outage.
TEST(NumberTrack, BelievesALeapOnlyWhenAnotherFollows) {
  NumberTrack track;
  for (std::uint32_t n = 0; n < 10; ++n) track.see(Time(1s), n);
  EXPECT_EQ(track.see(Time(2s), 600'000).kind, NumberTrack::Kind::stray);
  ASSERT_TRUE(track.first_stray());
  EXPECT_EQ(track.first_stray()->at, Time(2s));
  EXPECT_EQ(track.see(Time(2s), 10).kind, NumberTrack::Kind::newest);
  EXPECT_EQ(track.lost(), 0u);
  EXPECT_EQ(track.strays(), 1u);
  track.see(Time(9s), 9'000);
  EXPECT_EQ(track.see(Time(9s), 9'001).kind, NumberTrack::Kind::newest);
  EXPECT_EQ(track.lost(), 9'000u - 11);
  EXPECT_EQ(track.received(), 13u);
  EXPECT_EQ(track.strays(), 1u);
}

}  // namespace
}  // namespace avocet::analysis
