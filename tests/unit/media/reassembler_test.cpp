#include "protocol/media/reassembler.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "protocol/media/parity_code.hpp"
#include "tests/unit/media/transfer.hpp"

namespace avocet::media {
namespace {

using testing::origin;
constexpr TrackId track{5};

/// Fragments made by hand: a frame of `size` payload bytes in `count` fragments.
struct Cut {
  wire::FrameHead head;
  std::vector<Bytes> data;
  FragmentNumber first;

  wire::Media media(std::uint16_t index) const { return {track, first + index, index, data[index]}; }
};

Cut cut(std::uint64_t number, std::uint64_t first, std::uint16_t count, std::size_t size) {
  Cut c;
  c.first = FragmentNumber{first};
  c.head = {.number = FrameNumber{number}, .fragments = count, .size = static_cast<std::uint32_t>(size)};
  Bytes all = wire::encode(c.head);
  for (std::size_t i = 0; i < size; ++i) all.push_back(static_cast<std::byte>(number * 31 + i));
  const std::size_t each = (all.size() + count - 1) / count;
  for (std::size_t at = 0; at < all.size(); at += each) {
    c.data.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(at),
                        all.begin() + static_cast<std::ptrdiff_t>(std::min(at + each, all.size())));
  }
  return c;
}

class Reassembly : public ::testing::Test {
 protected:
  Reassembler::Outcome give(const wire::Media& m) { return in.on_media(now, m); }
  std::size_t contradictions() const { return in.counters().contradictions; }

  Time now = origin;
  Reassembler in{Reassembler::Config{}};
};

// AV-MED-10
TEST_F(Reassembly, FramesComeOutWholeInAnyOrder) {
  const Cut c = cut(3, 10, 3, 2000);
  EXPECT_FALSE(give(c.media(2)).completed);
  EXPECT_FALSE(in.next());
  now += 1ms;
  const auto outcome = give(c.media(0));
  EXPECT_TRUE(outcome.fresh);
  EXPECT_FALSE(outcome.ends_frame);
  now += 1ms;
  EXPECT_TRUE(give(c.media(1)).completed);
  const auto completed = in.next();
  ASSERT_TRUE(completed);
  EXPECT_EQ(completed->frame.number, FrameNumber{3});
  EXPECT_EQ(completed->frame.size(), 2000u);
  EXPECT_EQ(completed->first_arrival, origin);
  EXPECT_EQ(completed->last_arrival, origin + 2ms);
  EXPECT_FALSE(completed->repaired);
  EXPECT_FALSE(in.next());
  EXPECT_FALSE(give(c.media(1)).fresh);  // each once
  EXPECT_FALSE(in.next());
  EXPECT_EQ(in.counters().fragments_duplicate, 1u);
  EXPECT_EQ(in.bytes_held(), 0u);
}

TEST_F(Reassembly, TheLastFragmentEndsTheFrame) {
  const Cut c = cut(0, 0, 3, 2000);
  give(c.media(0));
  EXPECT_TRUE(give(c.media(2)).ends_frame);
  EXPECT_TRUE(give(c.media(1)).ends_frame);  // completes it
}

TEST_F(Reassembly, ARetransmissionMarksTheFrameRepaired) {
  const Cut c = cut(0, 100, 3, 2000), d = cut(1, 103, 1, 10);
  give(c.media(0)), give(c.media(2)), give(d.media(0));
  now += 50ms;
  give(c.media(1));
  EXPECT_FALSE(in.next()->repaired);
  EXPECT_TRUE(in.next()->repaired);
  EXPECT_EQ(in.counters().fragments_retransmitted, 1u);
}

// AV-MED-7, AV-MED-8
TEST_F(Reassembly, ContradictionsDropTheFrame) {
  const Cut c = cut(0, 0, 3, 2000);
  Bytes other = c.data[1];
  other[0] ^= std::byte{1};
  give(c.media(0)), give(c.media(1));
  EXPECT_FALSE(give({track, FragmentNumber{1}, 1, other}).fresh);
  EXPECT_EQ(contradictions(), 1u);
  EXPECT_FALSE(give(c.media(2)).completed);
  EXPECT_FALSE(in.next());
}

TEST_F(Reassembly, IndexPastTheEnd) {
  const Cut c = cut(0, 0, 2, 1000);
  give(c.media(0));
  give({track, FragmentNumber{2}, 2, c.data[1]});
  EXPECT_EQ(contradictions(), 1u);
}

TEST_F(Reassembly, MoreDataThanTheHeadSays) {
  const Cut c = cut(0, 0, 2, 1000);
  give(c.media(0));
  Bytes longer = c.data[1];
  longer.push_back({});
  give({track, FragmentNumber{1}, 1, longer});
  EXPECT_EQ(contradictions(), 1u);
  EXPECT_FALSE(in.next());
}

TEST_F(Reassembly, LessDataThanTheHeadSays) {
  const Cut c = cut(0, 0, 2, 1000);
  give(c.media(0));
  give({track, FragmentNumber{1}, 1, ByteView(c.data[1]).first(10)});
  EXPECT_EQ(contradictions(), 1u);
  EXPECT_FALSE(in.next());
}

// AV-MED-6
TEST_F(Reassembly, InvalidHead) {
  give({track, FragmentNumber{0}, 0, Bytes(3, std::byte{0xff})});
  Cut c = cut(0, 10, 1, 0);
  c.head.fragments = 200;  // of payload and head there are fewer bytes
  give({track, FragmentNumber{10}, 0, wire::encode(c.head)});
  EXPECT_EQ(contradictions(), 2u);
}

// AV-MED-7
TEST_F(Reassembly, FramesThatOverlap) {
  const Cut c = cut(0, 0, 4, 3000), d = cut(1, 2, 3, 2000);
  give(c.media(0));
  give(d.media(0));
  EXPECT_EQ(contradictions(), 1u);
  give(cut(2, 102, 2, 1000).media(0));
  give(cut(3, 100, 4, 3000).media(3));
  EXPECT_EQ(contradictions(), 2u);
}

// AV-MED-3
TEST_F(Reassembly, IndexAboveTheNumberIsRefused) {
  EXPECT_FALSE(give({track, FragmentNumber{1}, 2, Bytes(3)}).fresh);
  EXPECT_FALSE(give({track, FragmentNumber{9}, 2, {}}).fresh);
  EXPECT_EQ(contradictions(), 2u);
  EXPECT_EQ(in.bytes_held(), 0u);
}

TEST_F(Reassembly, IgnoredTracksAreDropped) {
  const Cut c = cut(0, 0, 2, 1000);
  give(c.media(0));
  in.ignore_track(track);
  EXPECT_EQ(in.bytes_held(), 0u);
  EXPECT_FALSE(give(c.media(0)).fresh);
  EXPECT_EQ(in.bytes_held(), 0u);
}

TEST_F(Reassembly, ExpiredFramesDoNotComeBack) {
  const Cut c = cut(0, 0, 2, 1000), d = cut(1, 2, 2, 1000);
  give(c.media(0));
  now += 100ms;
  give(d.media(0));
  in.expire(now);
  EXPECT_EQ(in.counters().expired, 1u);
  EXPECT_FALSE(give(c.media(1)).fresh);
  EXPECT_TRUE(give(d.media(1)).completed);
}

TEST_F(Reassembly, HugeGapsCostNothing) {
  for (std::uint64_t i = 0; i < 5000; ++i) {
    give(cut(i, i << 45, 1, 10).media(0));
    while (in.next()) continue;
  }
  EXPECT_EQ(in.counters().frames_completed, 5000u);
  EXPECT_EQ(in.bytes_held(), 0u);
}

TEST_F(Reassembly, OnlySoManyTracks) {
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const Cut c = cut(0, 0, 2, 100);
    now += 1ms;
    in.on_media(now, {TrackId{i}, FragmentNumber{0}, 0, c.data[0]});
  }
  EXPECT_LE(in.bytes_held(), Reassembler::max_tracks * 4096);
  const Cut c = cut(0, 0, 2, 100);
  EXPECT_TRUE(in.on_media(now, {TrackId{999}, FragmentNumber{1}, 1, c.data[1]}).completed);
}

/// Parity of row `row` over fragments [first, first + count) of `cuts`, which follow each other.
Bytes parity_over(const std::vector<Cut>& cuts, std::uint8_t count, std::uint8_t row) {
  std::size_t longest = 0;
  for (const Cut& c : cuts) {
    for (const Bytes& d : c.data) longest = std::max(longest, d.size());
  }
  Bytes parity(longest + 4), room(longest + 4);
  unsigned shard = 0;
  for (const Cut& c : cuts) {
    for (std::uint16_t i = 0; i < c.data.size(); ++i) {
      add_to_parity(parity, count, row, shard++, lay_out_shard(room, i, c.data[i]));
    }
  }
  return parity;
}

// AV-FEC-5
TEST_F(Reassembly, ParityRebuildsAFragment) {
  const Cut c = cut(0, 40, 4, 3001);
  give(c.media(0)), give(c.media(1)), give(c.media(3));
  const Bytes parity = parity_over({c}, 4, 2);
  const auto outcome = in.on_parity(now, {track, FragmentNumber{40}, 4, 2, parity});
  EXPECT_TRUE(outcome.completed);
  EXPECT_TRUE(outcome.ends_frame);
  const auto completed = in.next();
  ASSERT_TRUE(completed);
  EXPECT_TRUE(completed->repaired);
  EXPECT_EQ(in.counters().fragments_recovered, 1u);
  EXPECT_LE(in.bytes_held(), 4u * 1600);  // kept for runs that it might share
}

TEST_F(Reassembly, ParityWaitsForMedia) {
  const Cut c = cut(0, 40, 4, 3001);
  in.on_parity(now, {track, FragmentNumber{40}, 4, 0, parity_over({c}, 4, 0)});
  in.on_parity(now, {track, FragmentNumber{40}, 4, 1, parity_over({c}, 4, 1)});
  give(c.media(3));
  EXPECT_TRUE(give(c.media(2)).completed);
  EXPECT_EQ(in.next()->frame.size(), 3001u);
}

TEST_F(Reassembly, ParityOverSeveralFramesUsesThoseThatAreDone) {
  const Cut a = cut(0, 0, 1, 300), b = cut(1, 1, 1, 500), c = cut(2, 2, 2, 900), z = cut(9, 90, 1, 10);
  in.on_parity(now, {track, FragmentNumber{90}, 1, 0, parity_over({z}, 1, 0)});  // the track uses parity
  EXPECT_EQ(in.next()->frame.number, FrameNumber{9});
  give(a.media(0)), give(c.media(0)), give(c.media(1));
  while (in.next()) continue;
  EXPECT_TRUE(in.on_parity(now, {track, FragmentNumber{0}, 4, 0, parity_over({a, b, c}, 4, 0)}).completed);
  EXPECT_EQ(in.next()->frame.number, FrameNumber{1});
}

// AV-FEC-7
TEST_F(Reassembly, ParityThatContradictsIsDropped) {
  const Cut c = cut(0, 0, 3, 2000);
  Bytes parity = parity_over({c}, 3, 0);
  parity[1] ^= std::byte{0x55};  // the length of what is rebuilt
  give(c.media(0)), give(c.media(1));
  EXPECT_FALSE(in.on_parity(now, {track, FragmentNumber{0}, 3, 0, parity}).completed);
  EXPECT_EQ(contradictions(), 1u);
  in.on_parity(now, {track, FragmentNumber{0}, 3, 1, Bytes(100)});
  in.on_parity(now, {track, FragmentNumber{0}, 3, 2, Bytes(101)});
  EXPECT_GE(contradictions(), 2u);
  EXPECT_TRUE(give(c.media(2)).completed);
}

// AV-MED-9, AV-FEC-8
RC_GTEST_PROP(ReassemblyProperty, HoldsNoMoreThanItMay, ()) {
  const std::size_t cap = *rc::gen::inRange<std::size_t>(10'000, 300'000);
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  Reassembler in({.max_pending = cap});
  Time now = origin;
  for (int i = 0; i < 3000; ++i) {
    now += Duration(random() % 1'000'000);
    const TrackId id{static_cast<std::uint32_t>(random() % 40)};
    const std::uint64_t number = random() % (random() % 8 == 0 ? wire::max_varint : 600);
    const Bytes data(1 + random() % (random() % 30 == 0 ? 9000 : 1200), static_cast<std::byte>(random()));
    const auto index = static_cast<std::uint16_t>(random() % 30);
    switch (random() % 8) {
      case 0:
        in.on_parity(now, {id, FragmentNumber{number}, static_cast<std::uint8_t>(1 + random() % 200),
                           static_cast<std::uint8_t>(random() % 50), data});
        break;
      case 1: {
        const Cut c = cut(number, number, static_cast<std::uint16_t>(1 + random() % 5), 1 + random() % 2000);
        for (std::uint16_t j = 0; j < c.data.size(); ++j) in.on_media(now, {id, c.first + j, j, c.data[j]});
        break;
      }
      default: in.on_media(now, {id, FragmentNumber{number}, index, data});
    }
    if (random() % 500 == 0) in.expire(now - 50ms);
    if (random() % 900 == 0) in.ignore_track(id);
    RC_ASSERT(in.bytes_held() <= cap);
    if (random() % 4 == 0) in.next();
  }
  while (in.next()) continue;
  in.expire(now + 1s);
}

}  // namespace
}  // namespace avocet::media
