#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sim/link/link.hpp"
#include "tests/unit/link/run.hpp"

namespace avocet::link {
namespace {

using testing::drain;
using testing::origin;
using testing::take;

struct Push {
  Duration after{};
  std::size_t size = 0;
};

LinkConfig any_config() {
  const auto probability = [] { return *rc::gen::inRange(0, 30) / 100.0; };
  LinkConfig config;
  config.delay = *rc::gen::inRange(0, 100) * 1ms;
  config.jitter = *rc::gen::inRange(0, 20) * 1ms;
  config.loss = {
      .to_bad = probability(), .to_good = 0.2 + probability(), .in_good = probability(), .in_bad = 0.5};
  config.queue = *rc::gen::inRange(0, 200) * 1ms;
  config.duplicate = probability();
  config.corrupt = probability();
  config.reorder = {probability(), *rc::gen::inRange(0, 50) * 1ms};
  const int blackhole = *rc::gen::inRange(0, 300);
  config.blackholes = {{blackhole * 1ms, (blackhole + 30) * 1ms}};
  Duration at{};
  for (int steps = *rc::gen::inRange(0, 5); steps > 0; --steps) {
    config.rate.push_back({at, DataRate::kbps(*rc::gen::inRange(0, 20'000))});
    at += *rc::gen::inRange(1, 200) * 1ms;
  }
  // Ends in a rate that lets everything out.
  if (!config.rate.empty()) config.rate.push_back({at, DataRate::mbps(1)});
  return config;
}

std::vector<Push> any_pushes() {
  return *rc::gen::container<std::vector<Push>>(
      rc::gen::apply([](int us, int size) { return Push{us * 1us, static_cast<std::size_t>(size)}; },
                     rc::gen::inRange(0, 5000), rc::gen::inRange(0, 1500)));
}

/// What a run showed to its peer, comparable.
struct Outcome {
  std::vector<std::tuple<Time, std::uint64_t, Bytes>> deliveries;
  std::vector<Drop> drops;
  bool operator==(const Outcome&) const = default;
};

Outcome run(const LinkConfig& config, const std::vector<Push>& pushes, bool poll_often) {
  Link link(config, 5);
  Outcome outcome;
  const auto keep = [&](std::vector<Delivery> deliveries) {
    for (Delivery& d : deliveries) outcome.deliveries.emplace_back(d.at, d.index, std::move(d.bytes));
  };
  Time now = origin;
  for (const Push& p : pushes) {
    if (poll_often) {
      for (int i = 1; i <= 3; ++i) keep(take(link, now + p.after * i / 4));
    }
    now += p.after;
    link.push(now, testing::datagram(p.size));
  }
  keep(drain(link));
  outcome.drops.assign(link.drops().begin(), link.drops().end());
  return outcome;
}

RC_GTEST_PROP(LinkProperty, ConservesDatagramsAndBytes, ()) {
  const LinkConfig config = any_config();
  Link link(config, 5);
  const auto balanced = [&] {
    const Stats& s = link.stats();
    Count in = s.pushed, out = s.delivered;
    in += s.duplicated;
    out += s.dropped();
    out += s.held;
    return in == out;
  };
  Time now = origin;
  std::uint64_t delivered = 0;
  for (const Push& p : any_pushes()) {
    now += p.after;
    link.push(now, testing::datagram(p.size));
    RC_ASSERT(balanced());
    delivered += take(link, now).size();
    RC_ASSERT(balanced());
  }
  delivered += drain(link).size();
  RC_ASSERT(balanced());
  RC_ASSERT(link.stats().held == Count{});
  RC_ASSERT(link.stats().delivered.datagrams == delivered);
}

RC_GTEST_PROP(LinkProperty, PollingChangesNothing, ()) {
  const LinkConfig config = any_config();
  const std::vector<Push> pushes = any_pushes();
  RC_ASSERT(run(config, pushes, false) == run(config, pushes, true));
}

RC_GTEST_PROP(LinkProperty, NextIsAlwaysLaterOnceDrained, ()) {
  const LinkConfig config = any_config();
  Link link(config, 5);
  Time now = origin;
  for (const Push& p : any_pushes()) {
    now += p.after;
    link.push(now, testing::datagram(p.size));
    take(link, now);
    RC_ASSERT(!link.next() || *link.next() > now);
  }
}

RC_GTEST_PROP(LinkProperty, KeepsTheOrderUnlessAskedNotTo, ()) {
  LinkConfig config = any_config();
  config.reorder.probability = 0;
  const Outcome outcome = run(config, any_pushes(), false);
  std::uint64_t last = 0;
  for (const auto& [at, index, bytes] : outcome.deliveries) {
    RC_ASSERT(index >= last);
    last = index;
  }
}

RC_GTEST_PROP(LinkProperty, NoWindowCarriesMoreThanItsRate, ()) {
  LinkConfig config = any_config();
  config.jitter = {};
  config.duplicate = 0;
  config.reorder.probability = 0;
  const DataRate rate = DataRate::kbps(*rc::gen::inRange(100, 20'000));
  config.rate = {{0s, rate}};
  const Outcome outcome = run(config, any_pushes(), false);
  for (std::size_t from = 0; from < outcome.deliveries.size(); from += 7) {
    std::int64_t bits = 0;
    for (std::size_t to = from + 1; to < outcome.deliveries.size(); ++to) {
      bits +=
          static_cast<std::int64_t>(std::get<2>(outcome.deliveries[to]).size()) * 8 + config.overhead.bits();
      const double window =
          to_seconds(std::get<0>(outcome.deliveries[to]) - std::get<0>(outcome.deliveries[from]));
      RC_ASSERT(static_cast<double>(bits) <= static_cast<double>(rate.bps()) * window + 1e-3);
    }
  }
}

RC_GTEST_PROP(LinkProperty, NobodyWaitsLongerThanTheQueue, ()) {
  LinkConfig config = any_config();
  const DataRate rate = DataRate::kbps(*rc::gen::inRange(100, 20'000));
  config.rate = {{0s, rate}};
  Link link(config, 5);
  Time now = origin;
  for (const Push& p : any_pushes()) {
    now += p.after;
    link.push(now, testing::datagram(p.size));
  }
  drain(link);
  const Duration one_in_service = DataSize::bytes(1528) / rate;
  RC_ASSERT(link.stats().longest_queue <= config.queue + one_in_service + 1us);
}

}  // namespace
}  // namespace avocet::link
