#pragma once

#include <vector>

#include "analysis/replay/bottleneck_fit.hpp"
#include "protocol/media/reassembler.hpp"

namespace avocet::analysis {

/// The way of live frames to the place of a capture: each bears when it was taken, and is sent at once. One
/// passage is a whole frame. What the sender waits before it sends is taken for the path's, so that the
/// capacity comes out a little low.
class FramePassages {
 public:
  FramePassages() : reassembler_(media::Reassembler::Config{}) {}

  void on_media(Time, const wire::Media&);
  void on_parity(Time, const wire::Parity&);

  /// In the order in which they were taken, by the clock of the capture; the quickest took `least` seconds.
  std::vector<Passage> passages(double least) const;

 private:
  void take_frames();

  media::Reassembler reassembler_;
  std::vector<Passage> frames_;
};

}  // namespace avocet::analysis
