#include "analysis/replay/service_times.hpp"

#include <algorithm>
#include <cmath>

namespace avocet::analysis {
namespace {

/// Packets served one after the other.
struct Served {
  double from = 0, busy = 0, bits = 0;
  std::size_t packets = 0;
};

/// The same within a twentieth is one step.
void add_step(const Served& s, std::vector<RecoveredPath::Step>& out) {
  constexpr double same = 0.05, clock_noise = 100e-6;
  const double noise = clock_noise * static_cast<double>(s.packets);
  const double rate = s.bits / std::max(s.busy, noise);
  const bool known = s.busy > noise;
  if (!out.empty() && out.back().known == known && std::abs(out.back().rate - rate) < same * rate) return;
  out.push_back({s.from, rate, known});
}

}  // namespace

std::vector<RecoveredPath::Step> capacity_by_service(Passages packets, double delay,
                                                     std::vector<double>& waits) {
  constexpr double together = 0.02;
  std::vector<RecoveredPath::Step> out;
  Served now;
  double free_at = 0;
  for (const Passage& p : packets) {
    waits.push_back(std::max(0.0, free_at - p.sent));
    if (!p.arrived) continue;
    const double begins = std::max(p.sent, free_at), left = std::max(p.received - delay, begins);
    if (now.bits > 0 && left - begins >= together) {  // a fade: from when on it was there
      add_step(now, out);
      now = {};
    }
    if (now.bits == 0) now.from = begins;
    now.busy += left - begins;
    now.bits += p.bits;
    ++now.packets;
    free_at = left;
    if (now.busy < together) continue;
    add_step(now, out);
    now = {};
  }
  if (now.bits > 0) add_step(now, out);
  return out;
}

}  // namespace avocet::analysis
