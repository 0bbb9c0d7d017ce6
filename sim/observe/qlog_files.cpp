#include "sim/observe/qlog_files.hpp"

#include <fmt/format.h>

#include <fstream>

#include "analysis/packets/qlog_frames.hpp"
#include "sim/observe/file_name.hpp"

namespace avocet::sim {
namespace {

using report::QlogEvent;
using report::QlogTrace;

double milliseconds(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

std::string metrics(const session::Stats& s) {
  std::string out = fmt::format("{{\"bytes_in_flight\":{},\"pacing_rate\":{}", s.bytes_in_flight,
                                s.pacing_rate.is_infinite() ? 0 : s.pacing_rate.bps());
  if (s.latest_rtt > Duration::zero()) {
    out += fmt::format(
        ",\"min_rtt\":{:.6f},\"smoothed_rtt\":{:.6f},\"latest_rtt\":{:.6f},\"rtt_variance\":{:.6f}",
        milliseconds(s.min_rtt), milliseconds(s.smoothed_rtt), milliseconds(s.latest_rtt),
        milliseconds(s.rtt_variation));
  }
  return out + '}';
}

}  // namespace

QlogFiles::QlogFiles(std::string folder, const Experiment& experiment) : folder_(std::move(folder)) {
  for (const Flow& flow : experiment.flows) {
    OfFlow& own = flows_.emplace_back();
    if (flow.kind == Flow::Kind::tcp || flow.kind == Flow::Kind::constant) continue;
    own.name = file_name(flow.name);
    const auto make = [&](const char* role, bool client) {
      return std::make_unique<QlogTrace>(
          fmt::format("{}/{}.{}.sqlog", folder_, own.name, role),
          QlogTrace::Names{.title = flow.name + ", " + role,
                           .group = flow.name,
                           .vantage = client ? QlogTrace::Vantage::client : QlogTrace::Vantage::server});
    };
    own.server = make("server", false);
    own.viewer = make("viewer", true);
  }
}

std::vector<std::string> QlogFiles::files() const {
  std::vector<std::string> all;
  for (const OfFlow& flow : flows_) {
    if (!flow.server) continue;
    for (const char* ending : {".server.sqlog", ".viewer.sqlog", ".qlog"}) all.push_back(flow.name + ending);
  }
  return all;
}

bool QlogFiles::good() const {
  bool all = good_;
  for (const OfFlow& flow : flows_) {
    if (flow.server) all = flow.server->good() && flow.viewer->good() && all;
  }
  return all;
}

QlogTrace* QlogFiles::trace_of(std::uint32_t end, bool with_viewer) {
  OfFlow& flow = flows_[flow_of(end)];
  if (role_of(end) == EndRole::viewer) return flow.viewer.get();
  return role_of(end) == EndRole::server && with_viewer ? flow.server.get() : nullptr;
}

void QlogFiles::on_packet_sent(Time now, const DatagramSeen& seen, const analysis::Packet& packet) {
  OfFlow& flow = flows_[flow_of(seen.end)];
  if (role_of(seen.end) == EndRole::publisher) flow.publisher = seen.from;
  QlogTrace* trace = trace_of(seen.end, seen.to != flow.publisher);
  if (trace != nullptr) trace->add(now, QlogEvent::packet_sent, qlog_packet(packet, seen.bytes.size()));
}

void QlogFiles::on_packet_received(Time now, const DatagramSeen& seen, const analysis::Packet& packet) {
  QlogTrace* trace = trace_of(seen.end, role_of(seen.sender) == EndRole::viewer);
  if (trace != nullptr) trace->add(now, QlogEvent::packet_received, qlog_packet(packet, seen.bytes.size()));
}

void QlogFiles::on_state(Time now, const FlowState& state) {
  OfFlow& flow = flows_[state.flow];
  if (state.server != nullptr)
    flow.server->add(now, QlogEvent::recovery_metrics_updated, metrics(*state.server));
  if (state.viewer != nullptr)
    flow.viewer->add(now, QlogEvent::recovery_metrics_updated, metrics(*state.viewer));
}

void QlogFiles::on_end(Time) {
  for (const OfFlow& flow : flows_) {
    if (!flow.server) continue;
    std::ofstream out(fmt::format("{}/{}.qlog", folder_, flow.name), std::ios::binary | std::ios::trunc);
    out << QlogTrace::to_qlog_03(flow.name, {flow.viewer.get(), flow.server.get()});
    good_ = out.flush().good() && good_;
  }
}

}  // namespace avocet::sim
