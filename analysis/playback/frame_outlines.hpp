#pragma once

#include <bitset>
#include <optional>
#include <vector>

#include "analysis/playback/fragment_heads.hpp"
#include "protocol/base/interval_set.hpp"
#include "protocol/media/frame.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::analysis {

/// A frame all of whose fragments came, or were made up for by parity.
struct WholeFrame {
  TrackId track;
  media::Frame frame;    ///< without its payload
  std::size_t size = 0;  ///< of the payload
  Time first_arrival{}, last_arrival{};
  bool repaired = false;  ///< parity or a retransmission was needed
};

/// When the frames of one track are whole, as media::Reassembler would have it, without keeping what is in
/// them: which fragments are here, what the heads of frames say, and of each fragment as much as parity needs
/// to rebuild a head.
class FrameOutlines {
 public:
  /// Frames that become whole are appended to `whole`. `repaired`: a retransmission brought it. False when it
  /// was known.
  bool on_media(Time, const wire::Media&, bool repaired, std::vector<WholeFrame>& whole);
  void on_parity(Time, const wire::Parity&, std::vector<WholeFrame>& whole);
  /// Gives frames up that began to arrive earlier.
  void expire(Time before);
  /// Nothing comes any more.
  void forget();

  /// Fragments rebuilt from parity.
  std::uint64_t recovered() const { return recovered_; }

 private:
  struct Partial {
    FragmentNumber first;
    IntervalSet<std::uint16_t, 128> seen{};  // indices; more holes than any repair would fill
    std::size_t count = 0;
    std::optional<wire::FrameHead> head{};
    Time first_arrival{}, last_arrival{};
    bool repaired = false;
    std::vector<FragmentHead> heads{};  // by number

    FragmentNumber end() const {
      return first + (head ? head->fragments : seen.empty() ? 1u : seen.back().end);
    }
  };
  struct Row {
    std::uint8_t row = 0;
    std::array<std::byte, FragmentHead::size> head{};
  };
  struct Run {
    TrackId track;
    FragmentNumber first;
    std::uint8_t count = 0;
    std::size_t shard_size = 0;
    Time arrived{};
    std::bitset<256> present{};
    std::vector<Row> rows{};
    bool holds(FragmentNumber n) const { return n >= first && n < first + count; }
    std::size_t missing() const { return count - present.count(); }
  };
  static constexpr std::size_t most_partials = 128, most_runs = 16, most_rows = 64;

  bool done(FragmentNumber n) const { return n < floor_ || done_.contains(n); }
  const Partial* around(FragmentNumber) const;
  bool here(FragmentNumber) const;
  const FragmentHead* head_of(FragmentNumber) const;
  void mark_done(FragmentNumber begin, FragmentNumber end);
  void insert(Time, const wire::Media&, bool repaired, std::vector<WholeFrame>& whole);
  std::optional<std::size_t> find_or_begin(Time, FragmentNumber first, FragmentNumber n);
  bool take(Partial&, Time, const wire::Media&) const;
  void forget_heads(Time before);
  void complete(std::size_t at, TrackId, std::vector<WholeFrame>& whole);
  void drop(std::size_t at);
  bool first_time(FrameNumber);

  Run& run_for(Time, const wire::Parity&);
  void rebuild_runs(Time, std::vector<WholeFrame>& whole);
  std::vector<wire::Media> rebuild(const Run&, std::vector<Bytes>& shards) const;

  std::vector<Partial> partials_;  // by first
  std::vector<Run> runs_;          // by arrival
  PastHeads past_;
  IntervalSet<FragmentNumber, 64> done_;
  IntervalSet<FrameNumber, 32> completed_;
  FragmentNumber floor_;  // everything below is done
  bool parity_used_ = false;
  std::uint64_t recovered_ = 0;
};

}  // namespace avocet::analysis
