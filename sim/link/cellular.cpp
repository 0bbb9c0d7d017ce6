#include "sim/link/cellular.hpp"

#include <algorithm>
#include <vector>

#include "sim/link/random.hpp"

namespace avocet::link {
namespace {

enum Stream : std::uint64_t { slow_stream = 11, fast_stream, packet_stream, outage_stream };

/// More would be 600 Mbit/s: no phone of this kind.
constexpr double most_per_ms = 50;

/// exp by ten squarings: the C library's differs in its last bits from one machine to the next.
double exponential(double x) {
  double y = 1 + x / 1024;
  for (int i = 0; i < 10; ++i) y *= y;
  return y;
}

/// A Poisson number (Knuth): uniform draws are multiplied until they fall below e^-mean.
int poisson(Random& random, double mean) {
  const double end = exponential(-mean);
  double product = random.uniform();
  int n = 0;
  for (; product > end; ++n) product *= random.uniform();
  return n;
}

/// An Ornstein-Uhlenbeck process in steps of a millisecond: mean 0, deviation `spread`.
class Drift {
 public:
  Drift(double spread, Duration correlation, std::uint64_t seed, Stream stream)
      : random_(seed, stream),
        kept_(1 - 1 / std::max(1.0, to_seconds(correlation) * 1000)),
        step_(spread * square_root(1 - kept_ * kept_)),
        value_(spread * random_.gaussian()) {}
  double next() { return value_ = kept_ * value_ + step_ * random_.gaussian(); }

 private:
  static double square_root(double x) {
    double y = 1;
    for (int i = 0; i < 60; ++i) y = 0.5 * (y + x / y);
    return y;
  }
  Random random_;
  double kept_, step_, value_;
};

}  // namespace

Cellular Cellular::lte() { return {}; }

Cellular Cellular::umts() {
  return {.mean = DataRate::mbps(2),
          .slow_spread = 0.7,
          .fast_spread = 0.3,
          .slow = 6s,
          .fast = 300ms,
          .served = 0.15,
          .outage_every = 4s,
          .outage = 550ms};
}

Trace make_trace(const Cellular& cellular, Duration length, std::uint64_t seed) {
  Drift slow(cellular.slow_spread, cellular.slow, seed, slow_stream);
  Drift fast(cellular.fast_spread, cellular.fast, seed, fast_stream);
  Random packets(seed, packet_stream), outages(seed, outage_stream);
  const double begins = 0.001 / to_seconds(cellular.outage_every);
  const double ends = 0.001 / to_seconds(cellular.outage);
  const double up = ends / (begins + ends);
  // The mean of a log-normal is e^(variance / 2): taken off, so that the whole has the mean asked for.
  const double variance =
      cellular.slow_spread * cellular.slow_spread + cellular.fast_spread * cellular.fast_spread;
  const double per_ms = static_cast<double>(cellular.mean.bps()) / (8'000.0 * Trace::opportunity) / up *
                        exponential(-variance / 2);

  const auto last = static_cast<std::uint32_t>(std::max<std::int64_t>(length / 1ms, 1000));
  std::vector<std::uint32_t> at;
  bool out = false;
  for (std::uint32_t ms = 0; ms < last; ++ms) {
    if (outages.chance(out ? ends : begins)) out = !out;
    const double rate = per_ms * exponential(slow.next() + fast.next());
    if (out || !packets.chance(cellular.served)) continue;
    at.insert(at.end(),
              static_cast<std::size_t>(poisson(packets, std::min(rate / cellular.served, most_per_ms))), ms);
  }
  // The last line says when the trace begins anew.
  at.push_back(last);
  return Trace(std::move(at));
}

}  // namespace avocet::link
