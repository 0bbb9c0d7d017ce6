#include "analysis/outputs.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "analysis/output/account_csv.hpp"
#include "analysis/output/account_json.hpp"
#include "analysis/output/account_page.hpp"
#include "analysis/output/account_text.hpp"
#include "analysis/report/plots.hpp"
#include "analysis/terminal.hpp"

namespace avocet::analysis {
namespace {

/// To a file that `put` fills; "-": the standard output.
template <class Put>
bool write(const std::string& name, Put&& put) {
  std::ofstream file;
  if (name != "-") file.open(name, std::ios::binary | std::ios::trunc);
  std::ostream& out = name == "-" ? std::cout : file;
  put(out);
  out.flush();
  if (!out.good()) complain(fmt::format("cannot write {}", name));
  return out.good();
}

bool write_json(const Account& account, const std::string& name) {
  return write(
      name, [&](std::ostream& out) { write_json(account, [&out](std::string_view text) { out << text; }); });
}

bool make_folder(const std::string& name) {
  std::error_code failed;
  std::filesystem::create_directories(name, failed);
  if (failed) complain(fmt::format("cannot make the folder {}: {}", name, failed.message()));
  return !failed;
}

bool write_csv(const Account& account, const std::string& folder) {
  bool good = make_folder(folder);
  if (!good) return false;
  for (const CsvFile& file : to_csv(account)) {
    good = write(folder + "/" + file.name, [&](std::ostream& out) { out << file.text; }) && good;
  }
  return good;
}

bool draw_plots(const report::Page& page, const std::string& folder) {
  if (!make_folder(folder)) return false;
  const std::string failed = report::write_plots(page, folder);
  if (!failed.empty()) complain(failed);
  return failed.empty();
}

}  // namespace

bool write_outputs(const Account& account, const Outputs& outputs) {
  bool good = true;
  if (!outputs.json.empty()) good = write_json(account, outputs.json) && good;
  if (!outputs.csv.empty()) good = write_csv(account, outputs.csv) && good;
  if (!outputs.html.empty() || !outputs.plots.empty()) {
    const report::Page page = page_of(account, outputs.command);
    if (!outputs.html.empty()) {
      good = write(outputs.html, [&](std::ostream& out) { out << report::to_html(page); }) && good;
    }
    if (!outputs.plots.empty()) good = draw_plots(page, outputs.plots) && good;
  }
  if (outputs.json != "-") {
    fmt::print("{}", to_text(account, text_width()));
  } else if (!account.trouble.empty()) {
    complain(account.trouble + "; the report is of what came before");
  }
  return good;
}

void complain(const std::string& what) { fmt::print(stderr, "avocet-analyze: {}\n", what); }

}  // namespace avocet::analysis
