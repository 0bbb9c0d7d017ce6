#include "analysis/playback/track_view.hpp"

#include <algorithm>
#include <chrono>

namespace avocet::analysis {

void TrackView::on_fragment(Time now, const wire::Media& media, std::vector<WholeFrame>& whole) {
  ++fragments;
  fragment_bytes += media.data.size();
  const auto seen = fragment_numbers.see(now, static_cast<std::uint32_t>(media.fragment.value));
  if (seen.kind == NumberTrack::Kind::duplicate) {
    if (repeated++ == 0) first_repeated = {now, media.fragment};
    repeated_bytes += media.data.size();
  }
  const bool again =
      seen.kind == NumberTrack::Kind::overtaken && now - seen.missed_at > media::most_reordering;
  const std::size_t before = whole.size();
  retransmitted += outlines.on_media(now, media, again, whole) && again;
  for (std::size_t i = before; i < whole.size(); ++i) note(whole[i]);
}

void TrackView::on_parity(Time now, const wire::Parity& p, std::vector<WholeFrame>& whole) {
  if (parity++ == 0) first_parity = {now, p.first};
  parity_bytes += p.data.size();
  const std::size_t before = whole.size();
  outlines.on_parity(now, p, whole);
  for (std::size_t i = before; i < whole.size(); ++i) note(whole[i]);
}

void TrackView::note(const WholeFrame& done) {
  if (frames == 0) first = done.last_arrival;
  last = done.last_arrival;
  ++frames;
  key_frames += done.frame.key;
  bytes += done.size;
  frames_repaired += done.repaired;
  const auto size = static_cast<double>(done.size);
  constexpr std::uint64_t enough = 30;
  if (done.frame.key && frames > enough) key_sizes += size / mean_size, ++keys_measured;
  mean_size += (size - mean_size) / static_cast<double>(std::min<std::uint64_t>(frames, 2 * enough));
  if (done.size > largest_frame) {
    largest_frame = done.size;
    largest_at = done.last_arrival;
    largest_number = done.frame.number.value;
  }
  jitter.add(done.first_arrival, std::chrono::microseconds(done.frame.capture));
  clock.observe(done.first_arrival, done.frame.capture);
  delay.add(done.last_arrival - clock.map(done.frame.capture));
  assembly.add(done.last_arrival - done.first_arrival);
}

}  // namespace avocet::analysis
