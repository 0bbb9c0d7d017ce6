#include "sim/observe/output_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sim/observe/file_name.hpp"
#include "sim/observe/report_page.hpp"
#include "sim/observe/run_summary.hpp"
#include "sim/record/timeline_csv.hpp"

namespace avocet::sim {
namespace {

namespace fs = std::filesystem;

fs::path make_folder(fs::path folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    throw std::runtime_error(fmt::format("cannot make the folder {}: {}", folder.string(), failed.message()));
  }
  return folder;
}

/// The points that are meant; unless said otherwise, the viewers.
std::vector<CapturePoint> chosen(const Experiment& experiment, const std::vector<std::string>& names) {
  std::vector<CapturePoint> points = capture_points(experiment);
  if (names.size() == 1 && names[0] == "all") return points;
  if (names.size() == 1 && names[0] == "none") return {};
  if (names.empty()) {
    std::erase_if(points,
                  [](const CapturePoint& p) { return p.end == 0 || role_of(p.end) != EndRole::viewer; });
    return points;
  }
  std::vector<CapturePoint> out;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(points, name, &CapturePoint::name);
    if (found == points.end()) {
      std::string known;
      for (const CapturePoint& p : points) known += (known.empty() ? "" : ", ") + p.name;
      throw std::runtime_error(
          fmt::format("nothing can be captured at '{}'; there are all, none, {}", name, known));
    }
    out.push_back(*found);
  }
  return out;
}

}  // namespace

OutputFolder::OutputFolder(fs::path folder, const Experiment& experiment, std::uint64_t seed,
                           const std::vector<std::string>& captures, UnixTime calendar)
    : folder_(make_folder(std::move(folder))),
      experiment_(experiment),
      ledger_(experiment.flows.size()),
      key_log_(path("keys.log")),
      truth_(path("truth.json"), experiment, seed, ledger_),
      qlog_(folder_.string(), experiment) {
  packets_.add(ledger_);
  packets_.add(truth_);
  packets_.add(qlog_);
  for (CapturePoint& point : chosen(experiment, captures)) {
    capture_files_.push_back("capture-" + file_name(point.name) + ".pcapng");
    captures_.push_back(std::make_unique<Capture>(path(capture_files_.back()), std::move(point), calendar));
  }
}

OutputFolder::~OutputFolder() = default;

std::vector<Observer*> OutputFolder::observers() {
  std::vector<Observer*> all{&packets_, &ledger_, &truth_, &qlog_, &key_log_};
  for (const auto& capture : captures_) all.push_back(capture.get());
  return all;
}

void OutputFolder::finish(const std::vector<FlowRecord>& flows, const RunFacts& facts) {
  const RunSummary summary = summarize_run(experiment_, flows);
  std::ofstream json(path("summary.json"));
  json << to_json(experiment_, summary, facts).dump(2) << '\n';
  std::ofstream csv(path("timeline.csv"));
  write_timeline_header(csv);
  for (const FlowTimeline& flow : summary.timelines) write_timeline(csv, *flow.record, flow.rows);
  std::ofstream html(path("report.html"));
  html << report::to_html(report_page(experiment_, summary, facts));
  json.flush(), csv.flush(), html.flush();

  bool good = json.good() && csv.good() && html.good() && truth_.good() && qlog_.good() && key_log_.good();
  for (const auto& capture : captures_) good = good && capture->good();
  if (!good) throw std::runtime_error(fmt::format("not all files could be written to {}", folder_.string()));
}

std::vector<std::string> OutputFolder::files() const {
  std::vector<std::string> all{"report.html", "summary.json", "timeline.csv", "truth.json", "keys.log"};
  const std::vector<std::string> qlog = qlog_.files();
  all.insert(all.end(), qlog.begin(), qlog.end());
  all.insert(all.end(), capture_files_.begin(), capture_files_.end());
  return all;
}

}  // namespace avocet::sim
