#include "sim/end_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace avocet::sim {
namespace {

using Line = std::vector<std::string>;

std::string steps(const std::vector<double>& times) {
  std::string out;
  for (const double time : times) {
    out += out.empty() ? "" : ", ";
    out += time < 0 ? "never" : fmt::format("{:.1f}", time);
  }
  return out.empty() ? "-" : out;
}

Line line_of(const FlowSummary& s) {
  return {s.name,
          fmt::format("{:.1f} %", s.utilization * 100),
          fmt::format("{:.2f} Mbit/s", s.goodput / 1e6),
          fmt::format("{:.0f} / {:.0f} / {:.0f} ms", s.queue_delay.p50 * 1e3, s.queue_delay.p95 * 1e3,
                      s.queue_delay.max * 1e3),
          fmt::format("{:.0f} / {:.0f} ms", s.frame_delay.p50 * 1e3, s.frame_delay.p95 * 1e3),
          fmt::format("{:.2f} % / {:.2f} %", s.loss_before_repair * 100, s.loss_after_repair * 100),
          fmt::format("{} ({:.1f} s)", s.freeze_count, s.total_freezes_duration),
          steps(s.step_times)};
}

/// Columns as wide as their widest cell; the first one to the left, numbers to the right.
std::string aligned(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string out;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      out += i == 0 ? fmt::format("{:<{}}", line[i], widths[i]) : fmt::format("  {:>{}}", line[i], widths[i]);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::string end_table(const RunSummary& summary) {
  std::string out;
  if (!summary.media.empty()) {
    std::vector<Line> lines{{"flow", "utilisation", "goodput", "queue p50/p95/max", "frame p50/p95",
                             "loss before/after repair", "freezes", "s to 90 % of a step"}};
    for (const FlowSummary& flow : summary.media) lines.push_back(line_of(flow));
    out += aligned(lines);
  }
  if (!summary.others.empty()) {
    std::vector<Line> lines{{"other traffic", "goodput"}};
    for (const OtherFlow& flow : summary.others) {
      lines.push_back({flow.name, fmt::format("{:.3f} Mbit/s", flow.goodput / 1e6)});
    }
    out += (out.empty() ? "" : "\n") + aligned(lines);
  }
  if (summary.media.size() > 1) {
    out += fmt::format("\nfairness (Jain) of the media over 1, 5, 20 s: {:.3f}, {:.3f}, {:.3f}\n",
                       summary.fairness_1s, summary.fairness_5s, summary.fairness_20s);
  }
  return out;
}

}  // namespace avocet::sim
