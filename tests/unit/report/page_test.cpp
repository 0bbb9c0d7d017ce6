#include "analysis/report/page.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace avocet::report {
namespace {

Page example() {
  return {.title = "A <b> & \"c\"",
          .facts = {{"seed", "1"}},
          .tiles = {{"98.0", "%", "utilisation"}},
          .times = {0, 0.2},
          .charts = {{.title = "Rate",
                      .unit = "Mbit/s",
                      .series = {{"</script>",
                                  "#000",
                                  Series::Style::line,
                                  {1.25, std::numeric_limits<double>::quiet_NaN()}}}}},
          .tables = {{.title = "Measures", .head = {"", "flow"}, .rows = {{"Loss", "of packets", {"0 %"}}}}},
          .command = "make again"};
}

/// The text of the script element that holds the data.
nlohmann::json data_in(const std::string& html) {
  const std::string open = "<script type=\"application/json\" id=data>";
  const std::size_t begin = html.find(open) + open.size();
  return nlohmann::json::parse(html.substr(begin, html.find("</script>", begin) - begin));
}

TEST(Page, SaysTheFirstThingsAboveTheCharts) {
  Page page = example();
  page.first.push_back({.title = "What stands out", .head = {""}, .rows = {{"Loss was high", "", {}}}});
  const std::string html = to_html(page);
  EXPECT_LT(html.find("What stands out"), html.find("class=chart"));
  EXPECT_GT(html.find("Measures"), html.find("class=chart"));
}

TEST(Page, NeedsNoOtherFile) {
  const std::string html = to_html(example());
  for (const char* outside : {"<link", " src=", "url(http", "@import", "sourceMappingURL"}) {
    EXPECT_EQ(html.find(outside), std::string::npos) << outside;
  }
  EXPECT_NE(html.find("Dygraph"), std::string::npos);
}

TEST(Page, EscapesWhatNamesMayHold) {
  const std::string html = to_html(example());
  EXPECT_NE(html.find("<h1>A &lt;b&gt; &amp; &quot;c&quot;</h1>"), std::string::npos);
  EXPECT_EQ(data_in(html)["charts"][0]["series"][0]["name"], "</script>");
}

TEST(Page, GapsAreNull) {
  const auto values = data_in(to_html(example()))["charts"][0]["series"][0]["values"];
  EXPECT_EQ(values[0], 1.25);
  EXPECT_TRUE(values[1].is_null());
}

}  // namespace
}  // namespace avocet::report
