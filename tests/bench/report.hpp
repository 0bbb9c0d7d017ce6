#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace avocet::bench {

/// What a figure must be: `at_most` or `at_least`, of the figure itself or, `of_ratio`, of figure / limit.
struct Target {
  double than = 0;
  bool at_most = true;
  bool of_ratio = false;
};

/// The thing that a figure is held against, measured in the same run.
struct Limit {
  std::string what;
  double value = 0;
};

/// One line of the table. Times are CPU times unless `unit` says otherwise.
struct Row {
  std::string what;
  double value = 0;
  std::string unit;
  std::optional<Limit> limit;
  std::optional<double> ratio;  ///< median of the ratios of the rounds; without it value / limit
  std::optional<Target> target;
  std::string note;
};

/// Prints the row as one line of JSON, which tests/bench/run lays out.
inline void print(const Row& row) {
  nlohmann::json line{{"what", row.what}, {"value", row.value}, {"unit", row.unit}};
  std::optional<double> ratio = row.ratio;
  if (row.limit) {
    line["limit"] = row.limit->value;
    line["limit_what"] = row.limit->what;
    if (!ratio && row.limit->value > 0) ratio = row.value / row.limit->value;
  }
  if (ratio) line["ratio"] = *ratio;
  if (row.target) {
    const double held = row.target->of_ratio ? ratio.value_or(0) : row.value;
    line["target"] = {{"than", row.target->than},
                      {"relation", row.target->at_most ? "<=" : ">="},
                      {"of", row.target->of_ratio ? "ratio" : "value"}};
    line["met"] = row.target->at_most ? held <= row.target->than : held >= row.target->than;
  }
  if (!row.note.empty()) line["note"] = row.note;
  std::puts(line.dump().c_str());
  std::fflush(stdout);
}

}  // namespace avocet::bench
