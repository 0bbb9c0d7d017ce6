#pragma once

#include "analysis/measures/jitter_meter.hpp"
#include "analysis/measures/number_track.hpp"
#include "analysis/measures/quantiles.hpp"
#include "analysis/playback/frame_outlines.hpp"
#include "protocol/media/capture_clock.hpp"
#include "protocol/media/frame.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::analysis {

/// What can be said of one track where the capture was made.
struct TrackView {
  TrackId id;
  std::string rendition, codec;  ///< empty when the message that says it was not captured
  media::Kind kind = media::Kind::video;
  std::uint32_t nominal_bitrate = 0;  ///< bit/s; 0: not known

  std::uint64_t fragments = 0, fragment_bytes = 0;  ///< all MEDIA frames, repeats too
  std::uint64_t repeated = 0, repeated_bytes = 0;   ///< seen here before
  std::uint64_t retransmitted = 0;                  ///< closed a gap later than reordering would explain
  std::uint64_t parity = 0, parity_bytes = 0;
  std::uint64_t frames = 0, key_frames = 0, bytes = 0;  ///< whole ones
  std::uint64_t frames_repaired = 0;                    ///< whole by a retransmission or by parity
  std::size_t largest_frame = 0;
  double mean_size = 0, key_sizes = 0;  ///< of late; sum, in mean sizes
  std::uint64_t keys_measured = 0;
  Time largest_at{};
  std::uint64_t largest_number = 0;
  NumberTrack fragment_numbers;
  JitterMeter jitter;  ///< of first fragments against capture times
  Quantiles delay;     ///< from capture to whole, above the quickest
  Quantiles assembly;  ///< from the first to the last fragment of a frame
  media::CaptureClock clock;
  Time first{}, last{};  ///< whole frames
  struct First {
    Time at{};
    FragmentNumber fragment;
  };
  std::optional<First> first_repeated, first_parity;
  FrameOutlines outlines;

  /// Of a key frame, in mean sizes of the frames before it.
  double key_size() const { return keys_measured > 0 ? key_sizes / static_cast<double>(keys_measured) : 0; }

  /// Frames that become whole by it are appended to `whole`.
  void on_fragment(Time, const wire::Media&, std::vector<WholeFrame>& whole);
  void on_parity(Time, const wire::Parity&, std::vector<WholeFrame>& whole);

 private:
  void note(const WholeFrame&);
};

}  // namespace avocet::analysis
