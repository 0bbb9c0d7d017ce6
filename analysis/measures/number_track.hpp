#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/base/packet_number.hpp"
#include "protocol/base/time.hpp"

namespace avocet::analysis {

/// What the packet numbers of one direction tell at the place of the capture. Senders skip none (AV-PKT-6),
/// so what is missing was lost before this place, what comes below the highest was overtaken (RFC 4737
/// section 3.3), and what comes again was duplicated (RFC 5560).
class NumberTrack {
 public:
  /// Lost packets in a row, by length; the last one counts the longer ones.
  static constexpr std::size_t longest_run = 32;
  using RunLengths = std::array<std::uint64_t, longest_run + 1>;

  enum class Kind : std::uint8_t {
    newest,     ///< above all before it
    overtaken,  ///< fills a gap
    duplicate,
    stray,  ///< so far from the others that it cannot be of this sender: forged, or of another connection
  };
  struct Seen {
    PacketNumber number;
    Kind kind = Kind::newest;
    std::uint64_t skipped = 0;       ///< numbers missing before this one; lost unless they still come
    Time missed_at{};                ///< overtaken: when it was first missed
    std::uint64_t overtaken_by = 0;  ///< overtaken: highest number before it, less its own (RFC 4737: extent)
  };

  /// Numbers in a row, and a time that says something of them.
  struct Gap {
    std::uint64_t begin = 0, end = 0;
    Time at{};
  };

  /// The connection began within the capture: number 0 is the first, whichever comes first.
  void begin_at_zero();
  /// A packet with these low bits of its number.
  Seen see(Time now, std::uint32_t low);
  /// Nothing would be wrong with that number here: it is close to what comes next.
  bool plausible(std::uint32_t low) const;

  bool started() const { return started_; }
  PacketNumber next() const { return next_; }
  std::uint64_t received() const { return received_; }  ///< different ones
  std::uint64_t duplicates() const { return duplicates_; }
  std::uint64_t overtaken() const { return overtaken_; }
  std::uint64_t largest_extent() const { return largest_extent_; }
  /// The packet of that extent, and when it came.
  const Gap& most_overtaken() const { return worst_; }
  std::uint64_t strays() const { return strays_; }
  /// The first of them, and when it came.
  std::optional<Gap> first_stray() const { return strays_ > 0 ? first_stray_ : std::nullopt; }
  /// Missing so far, up to the highest number seen.
  std::uint64_t lost() const { return lost_; }
  /// The most numbers missing in a row, and since when.
  Gap longest_gap() const;
  /// In how many runs of what length.
  RunLengths runs() const;

 private:
  /// More gaps than reordering keeps open; the oldest are settled as lost for good.
  static constexpr std::size_t most_gaps = 1024;
  /// No network holds a packet back that long: what has been missing since then is lost.
  static constexpr Duration for_good = 20s;
  /// Farther than an outage at full rate.
  static constexpr std::uint64_t plausible_jump = 1u << 20;

  /// Farther ahead, a number needs another one close behind it: a single packet may be forged.
  static constexpr std::uint64_t far = 4096;

  bool confirms(PacketNumber);
  Seen stray(Time, PacketNumber);
  void open_gap(std::uint64_t begin, std::uint64_t end, Time);
  static void count_run(RunLengths&, std::uint64_t length);

  bool started_ = false;
  std::optional<std::uint64_t> far_ahead_;
  Time far_ahead_at_{};
  PacketNumber first_, next_;
  std::vector<Gap> gaps_;  // ascending
  Gap longest_settled_, worst_;
  std::optional<Gap> first_stray_;
  RunLengths settled_{};
  std::uint64_t received_ = 0, duplicates_ = 0, overtaken_ = 0, largest_extent_ = 0, strays_ = 0, lost_ = 0;
};

}  // namespace avocet::analysis
