#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/media/frame.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::media {

class IncomingTrack;
struct ReassemblyContext;

/// A frame that is whole.
struct Completed {
  TrackId track;
  Frame frame;
  Time first_arrival{}, last_arrival{};  ///< of its fragments
  bool repaired = false;                 ///< parity or a retransmission was needed
};

struct ReassemblyCounters {
  std::uint64_t fragments_received = 0;  ///< MEDIA frames, duplicates included
  std::uint64_t fragments_duplicate = 0;
  std::uint64_t fragments_retransmitted = 0;  ///< closed a gap later than reordering would explain
  std::uint64_t fragments_recovered = 0;      ///< rebuilt from parity
  std::uint64_t parity_received = 0;
  std::uint64_t frames_completed = 0;
  std::uint64_t contradictions = 0;  ///< frames or parity runs dropped: their parts do not fit together
  std::uint64_t evicted = 0;         ///< incomplete frames dropped: a bound was reached
  std::uint64_t expired = 0;         ///< incomplete frames dropped: expire() or ignore_track()
};

/// The receiving half of media on one connection: fragments and parity in, whole frames out, each once, in
/// the order in which they complete. Whatever a peer sends, it holds at most Config::max_pending bytes, on at
/// most 32 tracks (the least recently active is forgotten).
class Reassembler {
 public:
  struct Config {
    std::size_t max_pending = 8u << 20;
  };
  /// In one byte: what is written as three and read back at once as a whole stalls the processor, and this is
  /// returned for each packet.
  struct Outcome {
    bool fresh : 1 = false;       ///< news: not a duplicate, not dropped
    bool completed : 1 = false;   ///< at least one frame became whole: call next()
    bool ends_frame : 1 = false;  ///< the last fragment of its frame by position, or the one that completed
                                  ///< it: acknowledge at once
  };
  static constexpr std::size_t max_tracks = 32;

  explicit Reassembler(const Config&);
  Reassembler(Reassembler&&) noexcept;
  Reassembler& operator=(Reassembler&&) noexcept;
  ~Reassembler();

  /// A decoded MEDIA or PARITY frame of an authentic packet. Copies what it keeps.
  Outcome on_media(Time arrived, const wire::Media&);
  Outcome on_parity(Time arrived, const wire::Parity&);
  /// The next whole frame.
  std::optional<Completed> next();

  /// Forgets what is held of a track; later fragments of it are dropped.
  void ignore_track(TrackId);
  /// Forgets incomplete frames that began to arrive earlier. Their fragments have been acknowledged, so a
  /// sender without deadlines will not repeat them: expire such tracks late, or never.
  void expire(Time before);

  /// Bytes held for reassembly and not yet taken by next(), bookkeeping included.
  std::size_t bytes_held() const;
  const ReassemblyCounters& counters() const;

 private:
  IncomingTrack* track(TrackId);
  bool make_room(std::size_t needed);
  Outcome settle(Outcome, std::size_t already_ready);

  Config config_;
  std::unique_ptr<ReassemblyContext> context_;
  std::vector<std::unique_ptr<IncomingTrack>> tracks_;
  std::vector<TrackId> ignored_;  // the latest ones
  std::vector<Completed> ready_;  // from next_ready_ on
  std::size_t next_ready_ = 0;
  std::size_t ready_bytes_ = 0;
};

}  // namespace avocet::media
