#pragma once

#include <string>
#include <vector>

#include "analysis/account/account.hpp"

namespace avocet::analysis {

struct CsvFile {
  std::string name, text;
};

/// The time series and lists of an account, a file each, with a line of headings. What was not measured is
/// empty. measures.csv (all figures), paths.csv (each slot of each direction), flows.csv (other traffic),
/// messages.csv (of the service); of two captures journeys.csv (each slot) and losses.csv.
std::vector<CsvFile> to_csv(const Account&);

}  // namespace avocet::analysis
