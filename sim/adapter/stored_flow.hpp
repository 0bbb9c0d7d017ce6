#pragma once

#include <set>

#include "sim/adapter/media_flow.hpp"
#include "sim/source/stored_frames.hpp"

namespace avocet::sim {

/// A viewer of a stored title, which the server supplies in segments, in the renditions of its choice.
class StoredFlow final : public MediaFlow {
 public:
  StoredFlow(const Flow&, Topology&, std::uint64_t seed, std::size_t index, Observer&);

 private:
  void start() override;
  void on_server(const service::ServerEvent&, Time now) override;
  void supply(const service::SegmentRequest&);

  StoredFrames frames_;
  std::set<std::pair<std::size_t, std::uint32_t>> told_;  // segments by track, to the observer
};

}  // namespace avocet::sim
