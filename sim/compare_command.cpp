#include "sim/compare_command.hpp"

#include <fmt/format.h>

#include <fstream>

#include "sim/campaign/pages.hpp"

namespace avocet::sim {

CompareCommand::CompareCommand(CLI::App& app)
    : command_(app.add_subcommand(
          "compare",
          "say what differs between two campaigns of the same scenarios and seeds: made by two\n"
          "builds (sweep --program), or before and after a change")) {
  command_->add_option("before", before_, "folder of `avocet-sim sweep`")->required();
  command_->add_option("after", after_, "another")->required();
  command_->add_option("--out", page_, "file for a report, such as compare.html");
}

int CompareCommand::run() const {
  const auto before = Results::read(before_), after = Results::read(after_);
  for (const auto* results : {&before, &after}) {
    if (*results) continue;
    fmt::print(stderr, "avocet-sim: {}\n", results->error());
    return 2;
  }
  const auto differences = compare(*before, *after);
  if (differences.empty()) {
    fmt::print(stderr, "avocet-sim: {} and {} have no scenario with the same settings and flows in common\n",
               before_, after_);
    return 2;
  }
  fmt::print("{}", comparison_text(differences));
  if (page_.empty()) return 0;
  std::ofstream out(page_);
  out << report::to_html(comparison_page(differences, before_, after_));
  if (out.flush().good()) return 0;
  fmt::print(stderr, "avocet-sim: {} cannot be written\n", page_);
  return 1;
}

}  // namespace avocet::sim
