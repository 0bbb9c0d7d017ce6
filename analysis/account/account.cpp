#include "analysis/account/account.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/account/delivery_account.hpp"
#include "analysis/account/detectors.hpp"
#include "analysis/account/media_account.hpp"
#include "analysis/account/path_account.hpp"

namespace avocet::analysis {
namespace {

ConnectionAccount connection_account(const Connection& c, const OpenedConnection* opened) {
  ConnectionAccount out{.client = to_string(c.client()), .server = to_string(c.server())};
  for (const ConnectionId id : c.ids) out.ids.push_back(fmt::format("{:016x}", id.value));
  out.up = path_account(c.up);
  out.down = path_account(c.down);
  out.measures = {{"hellos", static_cast<double>(c.hellos)}, {"retries", static_cast<double>(c.retries)}};
  if (c.hello) out.measures.push_back({"helloAt", to_seconds(c.hello->time_since_epoch())});
  if (c.hello && c.established)
    out.measures.push_back({"handshakeTime", to_seconds(*c.established - *c.hello)});
  out.measures.push_back({"packetsOpened", static_cast<double>(c.up.opened + c.down.opened)});
  out.measures.push_back({"packetsNotOpened", static_cast<double>(c.unopened)});
  if (opened != nullptr) add_opened(out, *opened);
  for (DirectionAccount* direction : {&out.up, &out.down}) add_whole_way(*direction);
  return out;
}

FlowAccount flow_account(const Flow& flow) {
  const double duration = to_seconds(flow.last - flow.first);
  FlowAccount out{.name = flow.name, .between = to_string(flow.one) + " and " + to_string(flow.two)};
  out.measures = {{"packets", static_cast<double>(flow.packets)},
                  {"bytes", static_cast<double>(flow.bytes)},
                  {"firstAt", to_seconds(flow.first.time_since_epoch())},
                  {"duration", duration}};
  if (duration > 0) out.measures.push_back({"rate", static_cast<double>(flow.bytes) * 8 / duration});
  return out;
}

}  // namespace

bool measured(const Measures& measures, std::string_view name) {
  return std::ranges::find(measures, name, &Measures::value_type::first) != measures.end();
}

double value_of(const Measures& measures, std::string_view name) {
  const auto found = std::ranges::find(measures, name, &Measures::value_type::first);
  return found == measures.end() ? 0 : found->second;
}

Account account_of(const CaptureReading& reading, const PacketOpening& opening, std::string file,
                   std::string trouble) {
  Account out{.file = std::move(file), .trouble = std::move(trouble), .began = reading.clock().origin()};
  out.decoded = reading.decoded();
  out.measures = {{"duration", to_seconds(reading.clock().latest().time_since_epoch())},
                  {"packets", static_cast<double>(out.decoded.records)},
                  {"bytes", static_cast<double>(out.decoded.bytes)}};
  for (const Connection& c : reading.connections().all()) {
    out.connections.push_back(connection_account(c, opening.find(c)));
    out.connections.back().findings = connection_findings(out.connections.back());
  }
  constexpr std::size_t most_flows = 100;
  const auto flows = reading.flows().by_bytes();
  out.flow_count = flows.size();
  for (std::size_t i = 0; i < std::min(flows.size(), most_flows); ++i)
    out.flows.push_back(flow_account(*flows[i]));
  out.findings = capture_findings(reading, out);
  return out;
}

}  // namespace avocet::analysis
