#include "sim/observe/capture.hpp"

namespace avocet::sim {

std::vector<CapturePoint> capture_points(const Experiment& experiment) {
  std::vector<CapturePoint> points;
  for (std::size_t i = 0; i < experiment.flows.size(); ++i) {
    const Flow& flow = experiment.flows[i];
    if (flow.kind == Flow::Kind::tcp || flow.kind == Flow::Kind::constant) continue;
    points.push_back({.name = flow.name + ".server", .end = end_of(i, EndRole::server)});
    points.push_back({.name = flow.name + ".publisher", .end = end_of(i, EndRole::publisher)});
    points.push_back({.name = flow.name + ".viewer", .end = end_of(i, EndRole::viewer)});
  }
  for (std::size_t i = 0; i < experiment.links.size(); ++i) {
    const Link& link = experiment.links[i];
    points.push_back({.name = link.name + "." + link.from, .leaving = 2 * i, .coming = 2 * i + 1});
    points.push_back({.name = link.name + "." + link.to, .leaving = 2 * i + 1, .coming = 2 * i});
  }
  return points;
}

Capture::Capture(const std::string& file, CapturePoint point, UnixTime calendar)
    : point_(std::move(point)),
      calendar_(calendar),
      out_(file, std::ios::binary | std::ios::trunc),
      writer_(out_, point_.name, "avocet-sim") {}

std::int64_t Capture::calendar(Time now) const {
  return std::chrono::nanoseconds(calendar_.time_since_epoch()).count() + now.time_since_epoch().count();
}

void Capture::on_sent(Time now, const DatagramSeen& seen) {
  if (seen.end != point_.end) return;
  writer_.packet(calendar(now), report::ipv4_udp(seen.from, seen.to, seen.ecn, seen.bytes),
                 Direction::outbound);
}

void Capture::on_received(Time now, const DatagramSeen& seen) {
  if (seen.end != point_.end) return;
  writer_.packet(calendar(now), report::ipv4_udp(seen.from, seen.to, seen.ecn, seen.bytes),
                 Direction::inbound);
}

void Capture::on_served(std::size_t where, Time now, const Passing& p, Duration) {
  if (point_.end == 0 && where == point_.leaving) write_passing(now, p, Direction::outbound);
}

void Capture::on_arrived(std::size_t where, Time now, const Passing& p) {
  if (point_.end == 0 && where == point_.coming) write_passing(now, p, Direction::inbound);
}

void Capture::write_passing(Time now, const Passing& p, Direction direction) {
  packet_.resize(p.size);
  p.content->copy(packet_);
  writer_.packet(calendar(now), packet_, direction);
}

}  // namespace avocet::sim
