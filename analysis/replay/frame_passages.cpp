#include "analysis/replay/frame_passages.hpp"

#include <algorithm>
#include <limits>

namespace avocet::analysis {
namespace {

/// Bytes of a frame's own on the path: headers of IP and UDP, seal, and the head of a fragment, for each 1200
/// bytes or part of them.
double bits_on_path(std::size_t payload) {
  constexpr std::size_t packet = 1200, headers = 28 + 13 + 16 + 12;
  const std::size_t packets = (payload + packet - 1) / packet;
  return static_cast<double>(payload + packets * headers) * 8;
}

}  // namespace

void FramePassages::on_media(Time now, const wire::Media& media) {
  if (reassembler_.on_media(now, media).completed) take_frames();
}
void FramePassages::on_parity(Time now, const wire::Parity& parity) {
  if (reassembler_.on_parity(now, parity).completed) take_frames();
}

void FramePassages::take_frames() {
  while (const auto done = reassembler_.next()) {
    frames_.push_back({.sent = static_cast<double>(done->frame.capture) * 1e-6,
                       .received = to_seconds(done->last_arrival.time_since_epoch()),
                       .bits = bits_on_path(done->frame.size()),
                       .arrived = !done->repaired});  // repair took other ways
  }
}

std::vector<Passage> FramePassages::passages(double least) const {
  std::vector<Passage> out = frames_;
  double quickest = std::numeric_limits<double>::infinity();
  for (const Passage& p : out) {
    if (p.arrived) quickest = std::min(quickest, p.received - p.sent);
  }
  for (Passage& p : out) p.sent += quickest - least;
  std::ranges::stable_sort(out, {}, &Passage::sent);
  return out;
}

}  // namespace avocet::analysis
