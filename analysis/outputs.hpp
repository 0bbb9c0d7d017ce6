#pragma once

#include <string>

#include "analysis/account/account.hpp"

namespace avocet::analysis {

/// What is to be written, and where to; empty: not. `json` may be "-", the standard output.
struct Outputs {
  std::string json, html;
  std::string csv, plots;  ///< folders
  std::string command;     ///< that makes all of it again
};

/// Writes all of it, and the terminal's page unless the standard output is taken. Complains on standard error
/// about what could not be written; false when anything could not.
bool write_outputs(const Account&, const Outputs&);

/// "avocet-analyze: what" on standard error.
void complain(const std::string& what);

}  // namespace avocet::analysis
