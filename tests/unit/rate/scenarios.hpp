#pragma once

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/unit/rate/path.hpp"

namespace avocet::rate {

inline double milliseconds(Duration d) { return to_seconds(d) * 1e3; }

/// RFC 8867 section 5.1, variable capacity with one flow, with rates times `scale` and random loss beside.
struct VariableCapacity {
  double scale = 1;
  double loss = 0;
  Duration delay = 50ms;

  DataRate rate(double mbps) const { return DataRate::mbps(mbps * scale); }
  Path path(std::uint64_t seed) const {
    link::LinkConfig there, back;
    there.delay = back.delay = delay;
    there.jitter = back.jitter = 5ms;
    there.loss = link::Loss::bernoulli(loss);
    there.rate = {{0s, rate(1)}, {40s, rate(2.5)}, {60s, rate(0.6)}, {80s, rate(1)}};
    return Path(there, back, seed);
  }
  FlowConfig flow() const {
    FlowConfig config;
    config.source = Source::live(rate(0.15), rate(1.5));
    config.stop = 99s;
    config.initial = rate(0.15);
    return config;
  }
};

/// A path of 8, then 1 from 10 s, then 8 Mbit/s from 20 s on, with a queue of 300 ms.
inline Path drop_and_rise(std::uint64_t seed, Duration delay = 20ms, Duration jitter = {}, double loss = 0) {
  link::LinkConfig there, back;
  there.delay = back.delay = delay;
  there.jitter = back.jitter = jitter;
  there.loss = link::Loss::bernoulli(loss);
  there.rate = {{0s, DataRate::mbps(8)}, {10s, DataRate::mbps(1)}, {20s, DataRate::mbps(8)}};
  return Path(there, back, seed);
}

/// Prints a measured figure where a person looks for it.
template <class... Values>
void measured(const char* format, Values... values) {
  std::printf("[ measured ] ");
  std::printf(format, values...);
  std::printf("\n");
}

}  // namespace avocet::rate
