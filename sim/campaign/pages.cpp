#include "sim/campaign/pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace avocet::sim {
namespace {

constexpr const char* spread_note = "median over the seeds (5th to 95th percentile)";

std::string head_of(const Shown& shown) {
  return shown.unit.empty() ? std::string(shown.head) : fmt::format("{}, {}", shown.head, shown.unit);
}

std::vector<std::string> scenarios_of(const Results& results) {
  std::vector<std::string> names;
  for (const FlowResults& flow : results.flows()) {
    if (std::ranges::find(names, flow.point.scenario) == names.end()) names.push_back(flow.point.scenario);
  }
  return names;
}

/// The flows of one scenario with some of the figures. What has none of them has no row.
report::Table table_of(const Results& results, const std::string& scenario, std::span<const Shown> columns,
                       const std::string& title) {
  report::Table table{.title = title, .head = {"flow"}, .rows = {}};
  for (const Shown& shown : columns) table.head.push_back(head_of(shown));
  for (const FlowResults& flow : results.flows()) {
    if (flow.point.scenario != scenario) continue;
    report::Table::Row row{flow.flow, flow.point.settings_text(), {}};
    bool any = false;
    for (const Shown& shown : columns) {
      const auto found = flow.figures.find(std::string(shown.figure));
      row.cells.push_back(found == flow.figures.end() ? "" : spread_text(shown, found->second));
      any = any || !row.cells.back().empty();
    }
    if (any) table.rows.push_back(std::move(row));
  }
  return table;
}

/// Two tables to each scenario, so that they fit on a page: rates and delays, then losses and the rest.
std::vector<report::Table> tables_of(const Results& results) {
  const auto columns = present(results);
  const auto second = std::ranges::find(columns, "lossBeforeRepair", &Shown::figure);
  std::vector<report::Table> tables;
  for (const std::string& scenario : scenarios_of(results)) {
    tables.push_back(table_of(results, scenario, {columns.begin(), second}, scenario + ": rates and delays"));
    if (second == columns.end()) continue;
    tables.push_back(
        table_of(results, scenario, {second, columns.end()}, scenario + ": losses and pictures"));
    if (tables.back().rows.empty()) tables.pop_back();
  }
  return tables;
}

std::string change_text(const Difference& d) {
  return fmt::format("{} → {} {}", value_text(d.shown, d.before), value_text(d.shown, d.after), d.shown.unit);
}

const char* direction(const Difference& d) { return d.better > d.worse ? "better" : "worse"; }

/// Columns of a terminal: a dash and an en dash are one wide, whatever their bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}
std::string padded(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ') + text;
}

}  // namespace

std::string results_text(const Results& results) {
  std::string out = fmt::format("{}\n", spread_note);
  for (const report::Table& table : tables_of(results)) {
    std::vector<std::size_t> widths;
    std::size_t first = 0;
    const auto name = [](const report::Table::Row& row) {
      return row.note.empty() ? row.name : row.name + " " + row.note;
    };
    for (const auto& row : table.rows) first = std::max(first, name(row).size());
    std::vector<std::size_t> columns;  // that any row fills
    for (std::size_t i = 0; i + 1 < table.head.size(); ++i) {
      std::size_t width = 0;
      for (const auto& row : table.rows) width = std::max(width, width_of(row.cells[i]));
      widths.push_back(std::max(width, width_of(table.head[i + 1])));
      if (width > 0) columns.push_back(i);
    }
    out += fmt::format("\n{}\n{:<{}}", table.title, "", first);
    for (const std::size_t i : columns) out += "  " + padded(table.head[i + 1], widths[i]);
    out += '\n';
    for (const auto& row : table.rows) {
      out += fmt::format("{:<{}}", name(row), first);
      for (const std::size_t i : columns) out += "  " + padded(row.cells[i], widths[i]);
      out += '\n';
    }
  }
  return out;
}

std::string comparison_text(const std::vector<Difference>& all) {
  std::string out;
  for (const Difference& d : all) {
    if (!d.clear()) continue;
    out += fmt::format("{:<28} {:<12} {:<14} {:<26} {} with {} of {} seeds\n",
                       d.point.scenario + (d.point.settings.empty() ? "" : " " + d.point.settings_text()),
                       d.flow, d.shown.head, change_text(d), direction(d), std::max(d.better, d.worse),
                       d.better + d.worse);
  }
  const auto clear = std::ranges::count_if(all, &Difference::clear);
  return out + fmt::format("{} of {} figures differ by more than chance (sign test over the seeds, 5 %)\n",
                           clear, all.size());
}

report::Page results_page(const Results& results, std::size_t runs, std::size_t failed,
                          const std::string& command) {
  report::Page page{
      .title = "Campaign",
      .subtitle = spread_note,
      .facts = {},
      .tiles = {{std::to_string(runs), "", "runs"}, {std::to_string(failed), "", "of them failed"}},
      .times = {},
      .charts = {},
      .tables = tables_of(results),
      .command = command};
  return page;
}

report::Page comparison_page(const std::vector<Difference>& all, const std::string& before,
                             const std::string& after) {
  report::Table table{
      .title = "What differs by more than chance",
      .head = {"flow", "figure", "before", "after", "unit", "", "seeds better : worse", "by chance"},
      .rows = {}};
  report::Table rest = table;
  rest.title = "The rest";
  for (const Difference& d : all) {
    (d.clear() ? table : rest)
        .rows.push_back(
            {d.flow + " of " + d.point.scenario,
             d.point.settings_text(),
             {std::string(d.shown.head), value_text(d.shown, d.before), value_text(d.shown, d.after),
              std::string(d.shown.unit), d.clear() ? direction(d) : "",
              fmt::format("{} : {}", d.better, d.worse), fmt::format("{:.1f} %", d.chance * 100)}});
  }
  report::Page page{.title = "Two campaigns",
                    .subtitle = "medians over the seeds that both have; sign test, two-sided",
                    .facts = {{"before", before}, {"after", after}},
                    .tiles = {{std::to_string(table.rows.size()), "", "figures differ"}},
                    .times = {},
                    .charts = {},
                    .tables = {},
                    .command = ""};
  for (report::Table* t : {&table, &rest}) {
    if (!t->rows.empty()) page.tables.push_back(std::move(*t));
  }
  return page;
}

}  // namespace avocet::sim
