#include "sim/observe/run_summary.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/experiment/capacity.hpp"
#include "sim/observe/output_folder.hpp"
#include "sim/record/summary_json.hpp"

namespace avocet::sim {
namespace {

OtherFlow other(const Flow& flow, const FlowRecord& record) {
  DataSize all;
  for (const auto& r : record.received) all += DataSize::bytes(static_cast<std::int64_t>(r.size));
  return {flow.name, flow.kind == Flow::Kind::tcp ? "tcp" : "constant",
          static_cast<double>((all / (record.stop - record.start)).bps()), &record};
}

}  // namespace

RunSummary summarize_run(const Experiment& experiment, const std::vector<FlowRecord>& flows) {
  RunSummary out;
  std::vector<const FlowRecord*> media;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const Flow& flow = experiment.flows[i];
    if (flow.kind == Flow::Kind::tcp || flow.kind == Flow::Kind::constant) {
      out.others.push_back(other(flow, flows[i]));
    } else if (flows[i].bottleneck) {
      const Direction& bottleneck = experiment.direction(*flows[i].bottleneck);
      const Capacity capacity = capacity_of(bottleneck);
      out.media.push_back(summarize(flows[i], capacity, steps_of(bottleneck)));
      out.timelines.push_back({&flows[i], timeline(flows[i], capacity)});
      media.push_back(&flows[i]);
    }
  }
  if (media.size() > 1) {
    out.fairness_1s = fairness(media, 1s);
    out.fairness_5s = fairness(media, 5s);
    out.fairness_20s = fairness(media, 20s);
  }
  return out;
}

nlohmann::ordered_json to_json(const Experiment& experiment, const RunSummary& summary,
                               const RunFacts& facts) {
  using nlohmann::ordered_json;
  ordered_json flows = ordered_json::array(), settings = ordered_json::object();
  for (const FlowSummary& flow : summary.media) flows.push_back(to_json(flow));
  ordered_json others = ordered_json::array();
  for (const OtherFlow& flow : summary.others) {
    others.push_back({{"name", flow.name}, {"kind", flow.kind}, {"goodput", flow.goodput}});
  }
  for (const auto& [key, value] : facts.settings) settings[key] = value;
  return {{"scenario", experiment.name},
          {"title", experiment.title},
          {"source", experiment.source},
          {"settings", std::move(settings)},
          {"seed", facts.seed},
          {"hash", fmt::format("{:016x}", facts.hash)},
          {"length", to_seconds(experiment.length)},
          {"speed", facts.speed},
          {"flows", std::move(flows)},
          {"otherFlows", std::move(others)},
          {"fairness",
           {{"1s", summary.fairness_1s}, {"5s", summary.fairness_5s}, {"20s", summary.fairness_20s}}}};
}

}  // namespace avocet::sim
