#include "analysis/report/page.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/report/page_assets.hpp"

namespace avocet::report {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

/// Text for a script element: JSON, in which no element can end.
std::string script_text(const nlohmann::json& json) {
  std::string out;
  for (const char c : json.dump()) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return out;
}

/// Five significant digits: more than a pixel shows.
void put_number(std::string& out, double value) {
  out += std::isfinite(value) ? fmt::format("{:.5g}", value) : "null";
}

std::string numbers(const std::vector<double>& values) {
  std::string out = "[";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    put_number(out, values[i]);
  }
  return out + ']';
}

std::string data_of(const Page& page) {
  constexpr const char* styles[] = {"line", "step", "filled", "bars"};
  std::string out = "{\"times\":" + numbers(page.times) + ",\"charts\":[";
  for (const Chart& chart : page.charts) {
    out += &chart == page.charts.data() ? "\n" : ",\n";
    out += fmt::format("{{\"unit\":{},\"low\":{},\"levels\":{},", script_text(chart.unit), chart.low,
                       script_text(chart.levels));
    if (chart.mark) {
      out += fmt::format("\"mark\":{{\"at\":{},\"name\":{}}},", chart.mark->first,
                         script_text(chart.mark->second));
    }
    out += "\"series\":[";
    for (const Series& series : chart.series) {
      out += &series == chart.series.data() ? "\n" : ",\n";
      out += fmt::format("{{\"name\":{},\"color\":{},\"style\":\"{}\",\"values\":{}}}",
                         script_text(series.name), script_text(series.color),
                         styles[static_cast<std::size_t>(series.style)], numbers(series.values));
    }
    out += "]}";
  }
  return out + "]}";
}

std::string tile(const Tile& t) {
  return fmt::format("<div class=tile><b>{}<small>{}</small></b><span>{}</span></div>\n", escaped(t.value),
                     escaped(t.unit.empty() ? "" : "\u2009" + t.unit), escaped(t.name));
}

std::string table(const Table& t) {
  std::string out = fmt::format("<section><h2>{}</h2><div class=wide><table>\n<thead><tr>", escaped(t.title));
  for (const std::string& head : t.head) out += fmt::format("<th scope=col>{}</th>", escaped(head));
  out += "</tr></thead>\n<tbody>\n";
  for (const Table::Row& row : t.rows) {
    out += fmt::format("<tr><th scope=row>{}", escaped(row.name));
    if (!row.note.empty()) out += fmt::format("<small>{}</small>", escaped(row.note));
    out += "</th>";
    for (const std::string& cell : row.cells) out += fmt::format("<td>{}</td>", escaped(cell));
    out += "</tr>\n";
  }
  return out + "</tbody></table></div></section>\n";
}

std::string chart(const Chart& c, std::size_t index) {
  return fmt::format(
      "<section class=chart><h2>{} <small>{}</small></h2><div class=legend id=legend{}></div>"
      "<div class=\"plot{}\" id=plot{}></div>{}</section>\n",
      escaped(c.title), escaped(c.unit), index, c.low ? " low" : "", index,
      c.note.empty() ? "" : fmt::format("<p>{}</p>", escaped(c.note)));
}

}  // namespace

std::string to_html(const Page& page) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n"
      "<meta name=viewport content=\"width=device-width, "
      "initial-scale=1\">\n<title>{}</title>\n<style>\n{}\n{}"
      "</style></head>\n<body>\n<header><h1>{}</h1><p>{}</p>\n<dl>",
      escaped(page.title), assets::dygraph_css, assets::page_css, escaped(page.title),
      escaped(page.subtitle));
  for (const auto& [name, value] : page.facts) {
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escaped(name), escaped(value));
  }
  out += "</dl></header>\n<main>\n";
  if (!page.tiles.empty()) {
    out += "<div class=tiles>\n";
    for (const Tile& t : page.tiles) out += tile(t);
    out += "</div>\n";
  }
  for (const Table& t : page.first) out += table(t);
  if (!page.charts.empty()) {
    out += "<p class=hint>Drag to zoom, double-click to see all; the charts follow each other.</p>\n";
  }
  for (std::size_t i = 0; i < page.charts.size(); ++i) out += chart(page.charts[i], i);
  for (const Table& t : page.tables) out += table(t);
  out += "</main>\n";
  if (!page.command.empty()) {
    out += fmt::format("<footer>Made by <code>{}</code></footer>\n", escaped(page.command));
  }
  // In pieces, as the library holds braces.
  out += "<script>";
  out += assets::dygraph_js;
  out += "</script>\n<script>";
  out += assets::synchronizer_js;
  out += "</script>\n<script type=\"application/json\" id=data>";
  out += data_of(page);
  out += "</script>\n<script>\n";
  out += assets::page_js;
  return out + "</script>\n</body></html>\n";
}

}  // namespace avocet::report
