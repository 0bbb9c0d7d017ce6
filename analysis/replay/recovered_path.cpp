#include "analysis/replay/recovered_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/replay/recovered_loss.hpp"
#include "analysis/replay/service_times.hpp"

namespace avocet::analysis {
namespace {

/// The passages of each window of sending time, `width` seconds long, that has any.
std::vector<Passages> windows_of(Passages all, double width) {
  std::vector<Passages> out;
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    const double slot = std::floor(all[begin].sent / width);
    while (end < all.size() && std::floor(all[end].sent / width) == slot) ++end;
    out.push_back(all.subspan(begin, end - begin));
  }
  return out;
}

double cost_of(const std::vector<Passages>& windows, double delay) {
  double cost = 0, free_at = 0;
  for (const Passages& packets : windows) {
    const BottleneckFit fit = fit_bottleneck(packets, free_at, delay);
    free_at = fit.explained.free_at;
    cost += fit.explained.cost;
  }
  return cost;
}

/// How the packets are best looked at: in windows of which width, with which delay behind the bottleneck.
struct View {
  double width = 0, delay = 0;
};

/// The delay is what explains all packets best: with jitter the quickest packet is well below it; without, it
/// is the quickest packet's, less its serialisation. Narrow windows explain everything, noise too: the width
/// is chosen by the Bayesian information criterion (Schwarz 1978), the noise taken as Laplace's.
View best_view(Passages all) {
  constexpr double long_enough = 120;  // s of traffic
  const auto last = std::ranges::upper_bound(all, all.front().sent + long_enough, {}, &Passage::sent);
  const Passages some = all.first(static_cast<std::size_t>(last - all.begin()));
  const auto n = static_cast<double>(some.size());
  double quickest = std::numeric_limits<double>::infinity();
  for (const Passage& p : some) {
    if (p.arrived) quickest = std::min(quickest, p.received - p.sent);
  }
  View best;
  double least_criterion = std::numeric_limits<double>::infinity();
  for (const double width : {0.2, 0.1, 0.05, 0.025}) {
    const std::vector<Passages> windows = windows_of(some, width);
    double delay = quickest, from = quickest - 0.02, until = quickest + 0.06, least = 0;
    for (const double step : {0.004, 0.001, 0.00025}) {
      least = std::numeric_limits<double>::infinity();
      for (double tried = from; tried <= until; tried += step) {
        const double cost = cost_of(windows, tried);
        if (cost < least) least = cost, delay = tried;
      }
      from = delay - step, until = delay + step;
    }
    constexpr double clock_noise = 20e-6;
    const double criterion =
        2 * n * std::log(least / n + clock_noise) + static_cast<double>(windows.size()) * std::log(n);
    if (criterion < least_criterion) least_criterion = criterion, best = {width, std::max(delay, 0.0)};
  }
  return best;
}

/// Windows that one rate explains.
struct Segment {
  Passages packets;
  double free_at = 0;  // before its first packet
  BottleneckFit fit;

  bool explains(Passages more, double then_free, double delay) const {
    const BottleneckFit own = fit_bottleneck(more, then_free, delay);
    return own.agrees_with({fit.rate, delay}, more, then_free);
  }
  void extend(Passages more, double delay) {
    packets = Passages(packets.data(), packets.size() + more.size());
    fit = fit_bottleneck(packets, free_at, delay);
  }
};

std::vector<Segment> segments_of(const std::vector<Passages>& windows, double delay) {
  std::vector<Segment> out;
  double free_at = 0;
  for (const Passages& packets : windows) {
    if (!out.empty() && out.back().explains(packets, free_at, delay)) {
      out.back().extend(packets, delay);
    } else {
      out.push_back({packets, free_at, fit_bottleneck(packets, free_at, delay)});
    }
    free_at = out.back().fit.explained.free_at;
  }
  return out;
}

/// Where nothing waited although more was to come, capacity has grown before the flow did: what follows
/// explains it too.
void take_back(std::vector<Segment>& segments, double delay) {
  for (std::size_t i = segments.size(); i-- > 1;) {
    Segment &one = segments[i - 1], &next = segments[i];
    if (one.fit.known() || !next.fit.known() || !next.explains(one.packets, one.free_at, delay)) continue;
    one.packets = Passages(one.packets.data(), one.packets.size() + next.packets.size());
    one.fit = fit_bottleneck(one.packets, one.free_at, delay);
    segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// Where nothing waited, the path carried at least what came, and most likely what it carries just before and
/// after: as the rate of such a segment stands the mean of those that are known within a second.
void settle_unknown(std::vector<Segment>& segments) {
  constexpr double near = 1;
  for (Segment& s : segments) {
    if (s.fit.known()) continue;
    double bits = 0, time = 0;
    for (const Segment& other : segments) {
      const double begins = other.fit.begins, ends = other.fit.explained.free_at;
      if (!other.fit.known() || ends < s.fit.begins - near || begins > s.fit.explained.free_at + near)
        continue;
      bits += other.fit.rate * (ends - begins), time += ends - begins;
    }
    double came = 0;
    for (const Passage& p : s.packets) came += p.arrived ? p.bits : 0;
    const double lasted = std::max(s.packets.back().sent - s.packets.front().sent, 0.1);
    if (time > 0) s.fit.rate = std::max(bits / time, came / lasted);
  }
}

/// Without jitter the quickest packets are all equally quick.
bool without_jitter(Passages all, double& quickest) {
  std::vector<double> ways;
  for (const Passage& p : all) {
    if (p.arrived) ways.push_back(p.received - p.sent);
  }
  constexpr double hardly_any = 0.5e-3;
  const auto hundredth = ways.begin() + static_cast<std::ptrdiff_t>(ways.size() / 100);
  std::ranges::nth_element(ways, hundredth);
  quickest = *std::min_element(ways.begin(), hundredth + 1);
  return *hundredth - quickest < hardly_any;
}

/// With jitter single times of service say little: the rates of windows.
void capacity_by_windows(Passages all, const View& view, std::vector<double>& waits, RecoveredPath& out) {
  std::vector<Segment> segments = segments_of(windows_of(all, view.width), view.delay);
  take_back(segments, view.delay);
  settle_unknown(segments);
  for (const Segment& s : segments) {
    out.capacity.push_back({s.fit.begins, s.fit.rate, s.fit.known()});
    double free_at = s.free_at;
    for (const Passage& p : s.packets) {
      waits.push_back(std::max(0.0, free_at - p.sent));
      free_at = std::max(p.sent, free_at) + p.bits / s.fit.rate;
    }
  }
}

void sum_up(Passages all, const std::vector<double>& waits, RecoveredPath& out) {
  out.longest_wait = std::ranges::max(waits);
  const double end = all.back().sent;
  double known = 0;
  for (std::size_t i = 0, packet = 0; i < out.capacity.size(); ++i) {
    const auto& step = out.capacity[i];
    const double until = i + 1 < out.capacity.size() ? out.capacity[i + 1].at : end;
    if (step.known) known += until - step.at;
    for (; packet < all.size() && all[packet].sent < until; ++packet)
      out.most_waiting = std::max(out.most_waiting, waits[packet] * step.rate);
  }
  out.known_share = std::clamp(known / std::max(end - out.capacity.front().at, 1e-3), 0.0, 1.0);
  out.capacity.front().at = 0;
}

}  // namespace

RecoveredPath recover_path(const std::vector<Passage>& all) {
  RecoveredPath out;
  if (std::ranges::none_of(all, &Passage::arrived)) return out;
  std::vector<double> waits;  // of each packet in the queue
  double quickest = 0;
  if (without_jitter(all, quickest)) {
    out.delay = quickest;
    out.capacity = capacity_by_service(all, quickest, waits);
  } else {
    const View view = best_view(all);
    constexpr double earliest = 2.8;  // standard deviations, of many
    out.delay = view.delay;
    out.jitter = std::max(0.0, view.delay - quickest) / earliest;
    capacity_by_windows(all, view, waits, out);
  }
  sum_up(all, waits, out);
  recover_loss(all, waits, out);
  return out;
}

}  // namespace avocet::analysis
