#include "analysis/output/account_csv.hpp"

#include <fmt/format.h>

#include <cmath>

namespace avocet::analysis {
namespace {

std::string cell(double value) { return std::isfinite(value) ? fmt::format("{:.6g}", value) : std::string(); }

}  // namespace

std::string to_csv(const Account& account) {
  std::string out = "connection,from,time,rate,lossRatio,roundTrip,queueDelay\n";
  for (std::size_t i = 0; i < account.connections.size(); ++i) {
    const ConnectionAccount& c = account.connections[i];
    for (const auto& [from, direction] : {std::pair("client", &c.up), std::pair("server", &c.down)}) {
      const Series& s = direction->series;
      for (std::size_t n = 0; n < s.rate.size(); ++n) {
        out += fmt::format("{},{},{:.3f},{},{},{},{}\n", i, from, static_cast<double>(n) * s.width,
                           cell(s.rate[n]), cell(s.loss[n]), cell(s.round_trip[n]), cell(s.queue[n]));
      }
    }
  }
  return out;
}

}  // namespace avocet::analysis
