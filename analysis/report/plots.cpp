#include "analysis/report/plots.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace avocet::report {
namespace {

/// In double quotes of gnuplot's, in which backslash and backquote mean something.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '`') out += '\\';
    out += c;
  }
  return out + '"';
}

/// "Rate (192.0.2.1:5000 to ...)" as "rate-192.0.2.1-5000-to-....png".
std::string file_name(std::string_view title) {
  std::string out;
  for (const char c : title) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
    const bool upper = c >= 'A' && c <= 'Z';
    if (plain || upper) {
      out += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out + ".png";
}

std::string_view style_of(Series::Style style) {
  switch (style) {
    case Series::Style::line: return "lines lw 1.5";
    case Series::Style::step: return "steps lw 1.5";
    case Series::Style::filled_step: return "fillsteps fs solid 0.3";
    default: return "boxes fs solid";
  }
}

/// The data of each series follow in the script itself, each closed by "e".
std::string script_of(const Page& page, const Chart& chart, const std::string& folder) {
  std::string out = fmt::format(
      "set terminal pngcairo size 1200,400 noenhanced\nset output {}\nset title {}\nset ylabel {}\n"
      "set xlabel \"s\"\nset grid\nset key outside top horizontal\nset yrange [0:*]\nplot ",
      quoted(folder + "/" + file_name(chart.title)), quoted(chart.title), quoted(chart.unit));
  for (const Series& s : chart.series) {
    out += fmt::format("{}'-' using 1:2 with {} lc rgb {} title {}", &s == chart.series.data() ? "" : ", ",
                       style_of(s.style), quoted(s.color), quoted(s.name));
  }
  out += '\n';
  for (const Series& s : chart.series) {
    for (std::size_t i = 0; i < s.values.size() && i < page.times.size(); ++i) {
      out += fmt::format("{:.6g} {}\n", page.times[i],
                         std::isfinite(s.values[i]) ? fmt::format("{:.6g}", s.values[i]) : "NaN");
    }
    out += "e\n";
  }
  return out;
}

/// gnuplot stops at what it cannot draw: a chart without a value.
bool drawable(const Chart& chart) {
  for (const Series& s : chart.series) {
    for (const double v : s.values) {
      if (std::isfinite(v)) return true;
    }
  }
  return false;
}

}  // namespace

std::string write_plots(const Page& page, const std::string& folder) {
  if (std::system("command -v gnuplot >/dev/null 2>&1") != 0)
    return "the plots need gnuplot, which is not installed: apt-get install gnuplot-nox";
  std::FILE* gnuplot = popen("gnuplot >/dev/null 2>&1", "w");
  if (gnuplot == nullptr) return "cannot start gnuplot";
  for (const Chart& chart : page.charts) {
    if (drawable(chart)) std::fputs((script_of(page, chart, folder) + "unset output\n").c_str(), gnuplot);
  }
  return pclose(gnuplot) == 0 ? std::string()
                              : fmt::format("gnuplot could not draw the plots into {}", folder);
}

}  // namespace avocet::report
