#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "protocol/base/interval_set.hpp"
#include "protocol/media/assembly.hpp"
#include "protocol/media/incoming_run.hpp"
#include "protocol/media/reassembler.hpp"
#include "protocol/media/ring.hpp"

namespace avocet::media {

/// What the tracks of one Reassembler share.
struct ReassemblyContext {
  FragmentPool pool;
  ReassemblyCounters counters;
  // Scratch of the track that decodes parity: one for all, or a peer could make each of them keep its largest
  // run.
  std::vector<wire::Media> rebuilt;  // views into rebuilt_bytes
  std::vector<Bytes> rebuilt_bytes;
};

/// One track of a Reassembler: its frames in progress, its parity, and which fragments it is through with.
class IncomingTrack {
 public:
  IncomingTrack(TrackId, ReassemblyContext&);
  ~IncomingTrack();
  IncomingTrack(const IncomingTrack&) = delete;
  IncomingTrack& operator=(const IncomingTrack&) = delete;

  TrackId id() const { return id_; }
  Time last_active() const { return last_active_; }

  /// Fragment and parity as in Reassembler. Whole frames are appended to `ready`.
  Reassembler::Outcome on_media(Time arrived, const wire::Media&, std::vector<Completed>& ready);
  Reassembler::Outcome on_parity(Time arrived, const wire::Parity&, std::vector<Completed>& ready);

  void expire(Time before);
  /// Drops what it can best do without; false when it holds nothing.
  bool evict();
  std::size_t held() const { return held_; }
  /// At most this much can be added by one fragment of `size` bytes.
  static std::size_t cost(std::size_t size) {
    return FragmentPool::cost(size) + std::max(Assembly::overhead, IncomingRun::overhead);
  }

 private:
  struct Gap {
    FragmentNumber begin, end;
    Time seen{};
  };
  /// A fragment of a frame that is complete, kept for the parity of a run that it shares with others.
  struct Past {
    FragmentNumber number;
    Assembly::Piece piece;
  };
  using Outcome = Reassembler::Outcome;

  static constexpr std::size_t max_assemblies = 512;
  static constexpr std::size_t max_runs = 32;

  bool done(FragmentNumber n) const { return n < floor_ || done_.contains(n); }
  void mark_done(FragmentNumber begin, FragmentNumber end);
  bool closes_old_gap(Time arrived, FragmentNumber);

  Outcome insert(Time arrived, const wire::Media&, bool repaired, std::vector<Completed>& ready);
  static constexpr std::size_t nowhere = SIZE_MAX;
  std::size_t find_or_begin(Time arrived, FragmentNumber first, FragmentNumber n);
  std::size_t after(FragmentNumber n) const;
  void begin_at(std::size_t at, FragmentNumber first, Time arrived);
  void complete(std::size_t at, std::vector<Completed>& ready);
  bool first_time(FrameNumber);
  void remember(Assembly&);
  void remove(std::size_t at);
  void drop(std::size_t at);
  void contradict(std::size_t at);
  void drop_oldest();
  void forget_past(std::size_t keep);

  IncomingRun* run_for(Time arrived, const wire::Parity&);
  void drop_run(std::size_t at);
  Outcome decode_runs(Time arrived, std::vector<Completed>& ready);
  bool decode(IncomingRun&);
  /// The held fragment of that number.
  std::optional<Assembly::Piece> piece(FragmentNumber) const;

  TrackId id_;
  ReassemblyContext& context_;
  Time last_active_{};

  std::vector<std::unique_ptr<Assembly>> assemblies_;  // by first()
  std::vector<std::unique_ptr<Assembly>> spare_;
  IntervalSet<FragmentNumber, 256> done_;   // 4 KiB on each of 32 tracks
  IntervalSet<FrameNumber, 32> completed_;  // half a KiB
  FragmentNumber floor_;                    // everything below is done

  FragmentNumber next_;  // highest seen, plus 1
  bool active_ = false;
  std::array<Gap, 32> gaps_{};
  std::size_t next_gap_ = 0;

  std::vector<std::unique_ptr<IncomingRun>> runs_;  // by arrival
  Ring<Past> past_;
  bool parity_used_ = false;
  std::size_t held_ = 0;
};

}  // namespace avocet::media
