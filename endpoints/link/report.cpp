#include "endpoints/link/report.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "endpoints/drive/clock.hpp"

namespace avocet::link {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Count& count) { return {{"datagrams", count.datagrams}, {"bytes", count.bytes}}; }

/// Reasons that never happened are left out.
Json to_json(const std::array<Count, drop_reasons>& dropped) {
  Json out = Json::object();
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    if (dropped[i].datagrams > 0)
      out[std::string(to_string(static_cast<DropReason>(i)))] = to_json(dropped[i]);
  }
  return out;
}

Json to_json(const ClientCounts& counts) {
  return {{"in", to_json(counts.in)}, {"out", to_json(counts.out)}, {"dropped", to_json(counts.dropped_by)}};
}

Json to_json(const LinkConfig& config) {
  Json rate = Json::array();
  for (const RateStep& step : config.rate) {
    rate.push_back({{"at", to_seconds(step.at)}, {"bitsPerSecond", step.rate.bps()}});
  }
  Json blackholes = Json::array();
  for (const Blackhole& b : config.blackholes) {
    blackholes.push_back({{"from", to_seconds(b.from)}, {"until", to_seconds(b.until)}});
  }
  const Loss& loss = config.loss;
  return {{"delay", to_seconds(config.delay)},
          {"jitter", to_seconds(config.jitter)},
          {"loss",
           {{"mean", loss.mean()},
            {"toBad", loss.to_bad},
            {"toGood", loss.to_good},
            {"inGood", loss.in_good},
            {"inBad", loss.in_bad}}},
          {"rate", rate},
          {"queue", to_seconds(config.queue)},
          {"duplicate", config.duplicate},
          {"reorder", config.reorder.probability},
          {"corrupt", config.corrupt},
          {"blackholes", blackholes}};
}

Json to_json(const DirectionRecord& record, const LinkConfig& config, Time start) {
  Json lost = Json::array();
  for (const LostDatagram& l : record.lost) {
    lost.push_back({{"at", to_seconds(l.drop.at - start)},
                    {"index", l.drop.index},
                    {"client", to_string(l.client)},
                    {"size", l.drop.size},
                    {"reason", to_string(l.drop.reason)}});
  }
  const Stats& s = record.link;
  return {{"line", to_json(config)},
          {"in", to_json(s.pushed)},
          {"out", to_json(s.delivered)},
          {"held", to_json(s.held)},
          {"dropped", to_json(s.dropped_by)},
          {"duplicated", to_json(s.duplicated)},
          {"reordered", to_json(s.reordered)},
          {"corrupted", to_json(s.corrupted)},
          {"unsent", to_json(record.unsent)},
          {"longestQueue", to_seconds(s.longest_queue)},
          {"lateness",
           {{"p50", to_seconds(record.lateness.quantile(0.5))},
            {"p99", to_seconds(record.lateness.quantile(0.99))},
            {"max", to_seconds(record.lateness.worst())}}},
          {"dropsNotListed", s.dropped().datagrams - record.lost.size()},
          {"drops", lost}};
}

std::string describe(std::string_view name, const DirectionRecord& record) {
  const Stats& s = record.link;
  std::string text =
      fmt::format("{:<5} {} of {} datagrams came through", name, s.delivered.datagrams, s.pushed.datagrams);
  std::string_view separator = "; lost: ";
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    if (s.dropped_by[i].datagrams == 0) continue;
    text +=
        fmt::format("{}{} {}", separator, s.dropped_by[i].datagrams, to_string(static_cast<DropReason>(i)));
    separator = ", ";
  }
  if (s.longest_queue > Duration::zero())
    text += fmt::format("; longest queue {:.0f} ms", to_seconds(s.longest_queue) * 1e3);
  return text + "\n";
}

}  // namespace

nlohmann::ordered_json report(const Forwarder& forwarder, Time now) {
  const Time start = forwarder.started().value_or(now);
  const auto calendar_now = to_seconds(std::chrono::system_clock::now().time_since_epoch());
  Json clients = Json::array();
  for (const auto& [number, c] : forwarder.clients()) {
    clients.push_back({{"address", to_string(c.address)},
                       {"upstream", to_string(c.upstream)},
                       {"first", to_seconds(c.first - start)},
                       {"last", to_seconds(c.last - start)},
                       {"live", c.live},
                       {"up", to_json(c.up)},
                       {"down", to_json(c.down)}});
  }
  Stats total = forwarder.up().link;
  total += forwarder.down().link;
  return {{"program", "avocet-link"},
          {"listen", to_string(forwarder.local())},
          {"to", to_string(forwarder.config().to)},
          {"seed", forwarder.config().seed},
          {"startedAt", calendar_now - to_seconds(now - start)},
          {"duration", to_seconds(now - start)},
          {"totals",
           {{"in", to_json(total.pushed)},
            {"out", to_json(total.delivered)},
            {"held", to_json(total.held)},
            {"duplicated", to_json(total.duplicated)},
            {"dropped", to_json(total.dropped_by)},
            {"turnedAway", to_json(forwarder.turned_away())},
            {"overflowed", forwarder.overflowed()}}},
          {"up", to_json(forwarder.up(), forwarder.config().up, start)},
          {"down", to_json(forwarder.down(), forwarder.config().down, start)},
          {"clients", clients}};
}

std::string summary(const Forwarder& forwarder) {
  return describe("up", forwarder.up()) + describe("down", forwarder.down());
}

std::expected<void, std::string> write_file(const std::string& path, const std::string& content) {
  // By a rename, so that a reader never sees half a file.
  const std::string unfinished = path + ".part";
  std::ofstream file(unfinished, std::ios::binary);
  file << content;
  file.close();
  if (!file || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    return std::unexpected(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
  return {};
}

}  // namespace avocet::link
