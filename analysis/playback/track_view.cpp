#include "analysis/playback/track_view.hpp"

#include <algorithm>
#include <chrono>

namespace avocet::analysis {

void TrackView::on_fragment(Time now, const wire::Media& media) {
  ++fragments;
  fragment_bytes += media.data.size();
  const auto seen = fragment_numbers.see(now, static_cast<std::uint32_t>(media.fragment.value));
  if (seen.kind != NumberTrack::Kind::duplicate) return;
  ++repeated;
  repeated_bytes += media.data.size();
}

void TrackView::on_parity(const wire::Parity& p) {
  ++parity;
  parity_bytes += p.data.size();
}

void TrackView::on_frame(const media::Completed& done) {
  if (frames == 0) first = done.last_arrival;
  last = done.last_arrival;
  ++frames;
  key_frames += done.frame.key;
  bytes += done.frame.size();
  frames_repaired += done.repaired;
  const auto size = static_cast<double>(done.frame.size());
  constexpr std::uint64_t enough = 30;
  if (done.frame.key && frames > enough) key_sizes += size / mean_size, ++keys_measured;
  mean_size += (size - mean_size) / static_cast<double>(std::min<std::uint64_t>(frames, 2 * enough));
  if (done.frame.size() > largest_frame) {
    largest_frame = done.frame.size();
    largest_at = done.last_arrival;
    largest_number = done.frame.number.value;
  }
  jitter.add(done.first_arrival, std::chrono::microseconds(done.frame.capture));
  clock.observe(done.first_arrival, done.frame.capture);
  delay.add(done.last_arrival - clock.map(done.frame.capture));
  assembly.add(done.last_arrival - done.first_arrival);
}

}  // namespace avocet::analysis
