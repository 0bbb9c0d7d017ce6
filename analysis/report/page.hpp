#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace avocet::report {

/// One line of a chart. A value that is not finite is a gap.
struct Series {
  enum class Style : unsigned char { line, step, filled_step, bars };
  std::string name;
  std::string color;  ///< as CSS has it
  Style style = Style::line;
  std::vector<double> values;  ///< one to each of the page's times
};

struct Chart {
  std::string title;
  std::string unit;  ///< of the values: "Mbit/s"
  std::string note;  ///< one sentence on how to read it; may be empty
  std::vector<Series> series;
  std::vector<std::string> levels;  ///< names of the values 1, 2, ... where they are no quantities
  std::optional<std::pair<double, std::string>> mark;  ///< a value to compare with, and its name
  bool low = false;                                    ///< needs little height
};

/// A table with a heading to each row.
struct Table {
  std::string title;
  std::vector<std::string> head;
  struct Row {
    std::string name, note;  ///< the note appears small
    std::vector<std::string> cells;
  };
  std::vector<Row> rows;
};

/// A figure that is worth reading first.
struct Tile {
  std::string value, unit, name;
};

/// A report of something that happened over time: one file that needs nothing else, for screens wide and
/// narrow and for paper.
struct Page {
  std::string title, subtitle;
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<Tile> tiles;
  std::vector<double> times;  ///< seconds; of all charts
  std::vector<Table> first;   ///< above the charts: what a person wants to know before anything else
  std::vector<Chart> charts;
  std::vector<Table> tables;
  std::string command;  ///< that makes it again
};

std::string to_html(const Page&);

}  // namespace avocet::report
