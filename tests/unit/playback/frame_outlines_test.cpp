#include "analysis/playback/frame_outlines.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <variant>

#include "analysis/playback/track_view.hpp"
#include "protocol/media/parity_code.hpp"
#include "protocol/media/reassembler.hpp"

namespace avocet::analysis {
namespace {

constexpr TrackId track{7};

/// What was sent of one track; its bytes stay.
class Sent {
 public:
  using Piece = std::variant<wire::Media, wire::Parity>;

  explicit Sent(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  /// A frame, cut into fragments.
  void frame(std::size_t size, std::size_t cut) {
    wire::FrameHead head{.number = {frames_++},
                         .size = static_cast<std::uint32_t>(size),
                         .capture = static_cast<std::int64_t>(1000 * frames_),
                         .key = below(9) == 0};
    head.fragments = 1;
    const std::size_t all = wire::encoded_size(head) + 1 + size;  // their number may take a byte more
    head.fragments = static_cast<std::uint16_t>((all + cut - 1) / cut);
    Bytes bytes = wire::encode(head);
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(random_()));
    const std::size_t each = (bytes.size() + head.fragments - 1) / head.fragments;
    for (std::uint16_t i = 0; i < head.fragments; ++i) {
      const Bytes& kept = *kept_.emplace_back(std::make_unique<Bytes>(
          bytes.begin() + static_cast<std::ptrdiff_t>(i * each),
          bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), (i + 1) * each))));
      run_.push_back({track, {fragments_++}, i, kept});
      pieces.push_back(run_.back());
    }
  }
  /// Parity of all fragments since the parity before.
  void parity(unsigned rows) {
    std::size_t longest = 0;
    for (const wire::Media& m : run_) longest = std::max(longest, m.data.size() + 4);
    for (unsigned row = 0; row < rows; ++row) {
      Bytes& out = *kept_.emplace_back(std::make_unique<Bytes>(longest));
      Bytes room(longest);
      const auto count = static_cast<std::uint8_t>(run_.size());
      for (unsigned i = 0; i < count; ++i) {
        media::add_to_parity(out, count, row, i, media::lay_out_shard(room, run_[i].index, run_[i].data));
      }
      pieces.push_back(
          wire::Parity{track, run_.front().fragment, count, static_cast<std::uint8_t>(row), out});
    }
    run_.clear();
  }

  std::vector<Piece> pieces;

 private:
  std::mt19937_64 random_;
  std::uint64_t frames_ = 0, fragments_ = 0;
  std::vector<wire::Media> run_;
  std::vector<std::unique_ptr<Bytes>> kept_;
};

/// Both are given the same pieces: some lost, some late, some twice.
void compare(std::uint64_t seed) {
  Sent sent(seed);
  for (int run = 0; run < 40; ++run) {
    for (std::size_t frames = 1 + sent.below(4); frames > 0; --frames) sent.frame(sent.below(9000), 1100);
    if (run % 9 == 0) sent.frame(60'000 + sent.below(90'000), 1100);  // the size of key frames
    sent.parity(static_cast<unsigned>(sent.below(4)));
  }
  std::multimap<Time, Sent::Piece> arriving;
  Time now{1s};
  for (const Sent::Piece& piece : sent.pieces) {
    now += 1ms;
    if (sent.below(20) == 0) {
      if (sent.below(2) == 0) arriving.emplace(now + 40ms, piece);  // sent again
      continue;
    }
    arriving.emplace(now + (sent.below(10) == 0 ? 3ms : 0ms), piece);
    if (sent.below(50) == 0) arriving.emplace(now + 1ms, piece);
  }
  media::Reassembler reassembler{{}};
  TrackView view;
  std::vector<WholeFrame> whole;
  std::vector<media::Completed> completed;
  for (const auto& [at, piece] : arriving) {
    if (const auto* media = std::get_if<wire::Media>(&piece)) {
      reassembler.on_media(at, *media);
      view.on_fragment(at, *media, whole);
    } else {
      reassembler.on_parity(at, std::get<wire::Parity>(piece));
      view.on_parity(at, std::get<wire::Parity>(piece), whole);
    }
    while (auto next = reassembler.next()) completed.push_back(std::move(*next));
    ASSERT_EQ(whole.size(), completed.size()) << "seed " << seed;
  }
  ASSERT_GT(completed.size(), 50u);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(whole[i].frame.number, completed[i].frame.number);
    EXPECT_EQ(whole[i].frame.capture, completed[i].frame.capture);
    EXPECT_EQ(whole[i].frame.key, completed[i].frame.key);
    EXPECT_EQ(whole[i].size, completed[i].frame.size());
    EXPECT_EQ(whole[i].first_arrival, completed[i].first_arrival);
    EXPECT_EQ(whole[i].last_arrival, completed[i].last_arrival);
    EXPECT_EQ(whole[i].repaired, completed[i].repaired);
  }
  EXPECT_EQ(view.outlines.recovered(), reassembler.counters().fragments_recovered);
  EXPECT_EQ(view.retransmitted, reassembler.counters().fragments_retransmitted);
}

TEST(FrameOutlines, AreWholeWhenFramesAre) {
  for (std::uint64_t seed = 1; seed <= 20 && !::testing::Test::HasFailure(); ++seed) compare(seed);
}

}  // namespace
}  // namespace avocet::analysis
