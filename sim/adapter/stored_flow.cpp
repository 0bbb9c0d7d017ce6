#include "sim/adapter/stored_flow.hpp"

namespace avocet::sim {
namespace {

constexpr const char* title = "film";

}  // namespace

StoredFlow::StoredFlow(const Flow& flow, Topology& topology, std::uint64_t seed_number, std::size_t index,
                       Observer& observer)
    : MediaFlow(flow, topology, seed_number, index, observer),
      frames_(flow.stored.frames,
              1 + static_cast<std::uint32_t>((flow.stop - flow.start) / flow.stored.frames->length)) {}

void StoredFlow::start() {
  service::StoredTitle film{.name = title,
                            .duration = frames_.duration(),
                            .tracks = frames_.tracks(),
                            .segment_starts = frames_.segment_starts()};
  server_core().set_catalogue({std::move(film)});
  watch({.title = title,
         .rendition = flow().stored.rendition,
         .cap = flow().stored.cap,
         .latency = flow().media.latency,
         .buffer = flow().stored.buffer});
}

void StoredFlow::on_server(const service::ServerEvent& event, Time) {
  if (const auto* need = std::get_if<service::NeedSegment>(&event)) {
    ns3::Simulator::ScheduleNow([this, request = need->request] { supply(request); });
  }
}

void StoredFlow::supply(const service::SegmentRequest& request) {
  const media::SharedSegment segment = frames_.segment(request.track, request.segment);
  if (told_.insert({request.track, request.segment}).second) {
    const bool picture = !flow().stored.frames->tracks[request.track].rendition.empty();
    for (const media::Frame& frame : segment->frames) {
      observer().on_made(now(),
                         {.flow = index(), .track = request.track, .frame = frame, .picture = picture});
    }
  }
  server().call([&](Time now) { server_core().supply(now, request, segment); });
}

}  // namespace avocet::sim
