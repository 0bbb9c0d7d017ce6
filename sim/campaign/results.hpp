#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/campaign/plan.hpp"

namespace avocet::sim {

/// One figure over the seeds of a point. A time that was never reached is infinite.
struct Spread {
  std::map<std::uint64_t, double> values;  ///< by seed

  double median() const { return at(0.5); }
  double p5() const { return at(0.05); }
  double p95() const { return at(0.95); }
  /// Between the nearest values, as far as the share is; not a number when there are none.
  double at(double share) const;
};

/// All figures of one flow at one point, by the names of summary.json: "utilization", "queueDelay.p95",
/// "stepTimes.0". What concerns all flows together is under the flow "all".
struct FlowResults {
  Point point;
  std::string flow;
  std::map<std::string, Spread> figures;
};

/// What a campaign measured: points in their order, flows in theirs.
class Results {
 public:
  /// Takes over one run's summary.json. False when it is none.
  bool add(const Point&, std::uint64_t seed, const nlohmann::json& summary);

  const std::vector<FlowResults>& flows() const { return flows_; }
  const FlowResults* find(const Point&, const std::string& flow) const;

  /// sweep.json, and back; the message says what is wrong with a file.
  nlohmann::ordered_json to_json() const;
  static std::expected<Results, std::string> read(const std::filesystem::path&);
  /// sweep.csv: a row for each figure.
  std::string to_csv() const;

 private:
  FlowResults& of(const Point&, const std::string& flow);
  void flatten(FlowResults&, std::uint64_t seed, const std::string& name, const nlohmann::json&);

  std::vector<FlowResults> flows_;
};

}  // namespace avocet::sim
