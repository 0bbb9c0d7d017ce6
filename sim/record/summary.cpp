#include "sim/record/summary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace avocet::sim {
namespace {

/// RFC 8868's grain for rates.
constexpr Duration grain = 200ms;
/// A single frame fills or misses a grain: a step counts as reached on the mean of so many.
constexpr std::size_t grains_of_a_step = 3;
constexpr double reached = 0.9;

/// Bits that the flow could have put through in [from, until).
double fillable(const FlowRecord& record, const Capacity& capacity, Duration from, Duration until) {
  constexpr Duration step = 10ms;
  double bits = 0;
  for (Duration t = from; t < until; t += step) {
    const DataRate rate = std::min(capacity(t), record.most);
    bits += static_cast<double>(rate.bps()) * to_seconds(std::min(step, until - t));
  }
  return bits;
}

std::vector<double> step_times(const FlowRecord& record, const Capacity& capacity,
                               const std::vector<Duration>& steps) {
  const std::vector<DataRate> rates = wire_rate(record, grain);
  std::vector<double> times;
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const Duration at = steps[s];
    if (at <= record.start || at >= record.stop || capacity(at) <= capacity(at - 1ms)) continue;
    const Duration until = s + 1 < steps.size() ? std::min(steps[s + 1], record.stop) : record.stop;
    const double wanted = reached * static_cast<double>(std::min(capacity(at), record.most).bps());
    double time = -1;
    const auto first = static_cast<std::size_t>((at - record.start) / grain);
    for (std::size_t i = first + grains_of_a_step; i < rates.size() && time < 0; ++i) {
      const Duration end = record.start + static_cast<std::int64_t>(i) * grain;
      if (end > until) break;
      double mean = 0;
      for (std::size_t j = i - grains_of_a_step; j < i; ++j) mean += static_cast<double>(rates[j].bps());
      if (mean / static_cast<double>(grains_of_a_step) >= wanted) time = to_seconds(end - at);
    }
    times.push_back(time);
  }
  return times;
}

/// Standard deviation over mean.
double variation(const std::vector<DataRate>& rates) {
  double sum = 0, squares = 0;
  for (const DataRate rate : rates) {
    const auto bps = static_cast<double>(rate.bps());
    sum += bps, squares += bps * bps;
  }
  const double n = static_cast<double>(rates.size());
  if (sum <= 0) return 0;
  return std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n))) / (sum / n);
}

}  // namespace

Distribution distribution(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  // The smallest value that the share does not exceed.
  const auto at = [&](double share) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    return values[std::max<std::size_t>(rank, 1) - 1];
  };
  return {at(0.50), at(0.95), at(0.99), values.back()};
}

std::vector<DataRate> wire_rate(const FlowRecord& record, Duration width) {
  std::vector<std::int64_t> bytes(static_cast<std::size_t>((record.stop - record.start) / width) + 1);
  for (const FlowRecord::Served& packet : record.served) {
    const Duration since = packet.at.time_since_epoch() - record.start;
    if (since < Duration::zero() || since >= record.stop - record.start) continue;
    bytes[static_cast<std::size_t>(since / width)] += static_cast<std::int64_t>(packet.size);
  }
  std::vector<DataRate> rates;
  for (const std::int64_t n : bytes) rates.push_back(DataSize::bytes(n) / width);
  return rates;
}

FlowSummary summarize(const FlowRecord& record, const Capacity& capacity,
                      const std::vector<Duration>& steps) {
  FlowSummary out{.name = record.name};
  double bits = 0;
  std::vector<double> queued;
  for (const FlowRecord::Served& packet : record.served) {
    if (packet.at >= Time(record.stop)) break;
    bits += static_cast<double>(packet.size) * 8;
    queued.push_back(to_seconds(packet.queued));
  }
  out.utilization = bits / fillable(record, capacity, record.start, record.stop);
  out.queue_delay = distribution(std::move(queued));
  const double seconds = to_seconds(record.stop - record.start);
  out.receiving_rate = bits / seconds;
  for (const FlowRecord::Entered& packet : record.entered) {
    if (packet.at < Time(record.stop)) out.sending_rate += static_cast<double>(packet.size) * 8 / seconds;
  }
  out.rate_variation = variation(wire_rate(record, grain));

  std::vector<double> delays;
  double useful = 0;
  for (const FlowRecord::DeliveredFrame& frame : record.frames_delivered) {
    delays.push_back(to_seconds(frame.decodable - frame.captured));
    if (frame.late) {
      ++out.frames_late;
    } else {
      useful += static_cast<double>(frame.size) * 8;
    }
  }
  out.frame_delay = distribution(std::move(delays));
  out.goodput = useful / seconds;
  out.frames_sent = record.frames_sent.size();
  out.frames_delivered = record.frames_delivered.size() - out.frames_late;

  const auto share = [](std::uint64_t part, std::uint64_t all) {
    return all == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(all);
  };
  out.loss_before_repair = share(record.lost.size(), record.entered.size());
  out.loss_after_repair =
      share(out.frames_sent - std::min(out.frames_sent, out.frames_delivered), out.frames_sent);
  out.repair_overhead = share(record.repair_bytes, record.media_bytes);
  out.packets_sent = record.entered.size();
  out.packets_lost = record.lost.size();
  if (record.time_to_first_frame) out.time_to_first_frame = to_seconds(*record.time_to_first_frame);
  out.freeze_count = record.freeze_count;
  out.total_freezes_duration = to_seconds(record.freezes);
  out.rendition_switches = record.rendition_switches;
  out.step_times = step_times(record, capacity, steps);
  return out;
}

double fairness(const std::vector<const FlowRecord*>& flows, Duration width) {
  Duration from{}, until = Duration::max();
  for (const FlowRecord* flow : flows) {
    from = std::max(from, flow->start);
    until = std::min(until, flow->stop);
  }
  double sum = 0, windows = 0;
  for (Duration at = from; at + width <= until; at += width) {
    std::vector<double> shares;
    for (const FlowRecord* flow : flows) {
      double bytes = 0;
      const auto first = std::ranges::lower_bound(flow->served, Time(at), {}, &FlowRecord::Served::at);
      for (auto p = first; p != flow->served.end() && p->at < Time(at + width); ++p) {
        bytes += static_cast<double>(p->size);
      }
      shares.push_back(bytes);
    }
    sum += jain(shares), ++windows;
  }
  return windows == 0 ? 1 : sum / windows;
}

double jain(const std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  const double squares = std::inner_product(shares.begin(), shares.end(), shares.begin(), 0.0);
  return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

}  // namespace avocet::sim
