// What a packet of 1200 bytes costs its sender and its receiver through the real session and loop, beside the
// bare system calls and the cipher; and how often either allocates.

#include <fmt/format.h>

#include "tests/bench/limit_probe.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/report.hpp"
#include "tests/bench/stream_pair.hpp"

namespace avocet::bench {
namespace {

/// Frames: about nine datagrams each. The warm-up outlasts the 8192 packets of acknowledgements over which
/// the sender's replay window grows.
constexpr std::uint64_t warm_up = 40'000, per_round = 3'000;
/// The last of the rounds: allocations are counted when all queues have had their largest sizes.
constexpr int steady_rounds = 4;

struct Samples {
  std::vector<double> value, limit, ratio;
  void add(double v, double l) { value.push_back(v), limit.push_back(l), ratio.push_back(v / l); }
};

/// The limit is libcrypto's in any case.
const char* cipher() {
  return crypto::Context(Entropy::of(1)).seals_by_ipsec_mb() ? "libipsec-mb" : "libcrypto";
}

void print_cost(const char* what, const char* bare, const Samples& s, double run) {
  print({.what = what,
         .value = median(s.value),
         .unit = "us",
         .limit = Limit{bare, median(s.limit)},
         .ratio = median(s.ratio),
         .target = Target{1.25, true, true},
         .note = fmt::format("runs of {:.0f}, sealed by {}", run, cipher())});
}

void print_allocations(const char* what, std::uint64_t allocated, std::uint64_t packets, std::string note) {
  print({.what = what,
         .value = static_cast<double>(allocated) / static_cast<double>(packets),
         .unit = "",
         .target = Target{0},
         .note = std::move(note)});
}

void measure() {
  StreamPair pair(DataRate::mbps(600));
  pair.run(warm_up);
  LimitProbe probe;
  Samples sending, receiving;
  const Cost out_before = pair.sender();
  Cost out_steady, in_steady;
  for (int round = 0; round < rounds; ++round) {
    const Cost out = pair.sender(), in = pair.receiver();
    if (round == rounds - steady_rounds) out_steady = out, in_steady = in;
    pair.run(per_round);
    const auto packets = static_cast<double>(pair.sender().datagrams - out.datagrams);
    const auto arrived = static_cast<double>(pair.receiver().datagrams - in.datagrams);
    const auto run =
        static_cast<std::size_t>(packets / static_cast<double>(pair.sender().writes - out.writes) + 0.5);
    double bare_send = 0, bare_receive = 0, bare = 0;
    for (; bare < packets; bare += static_cast<double>(run)) {
      bare_send += cpu_of([&] { probe.send(run); });
      bare_receive += cpu_of([&] { probe.receive(run); });
    }
    sending.add((pair.sender().cpu - out.cpu) / packets * 1e6, bare_send / bare * 1e6);
    receiving.add((pair.receiver().cpu - in.cpu) / arrived * 1e6, bare_receive / bare * 1e6);
  }
  const Cost sent = pair.sender(), received = pair.receiver();
  const std::uint64_t packets = sent.datagrams - out_before.datagrams;
  const std::uint64_t frames = steady_rounds * per_round;
  const std::uint64_t allocated = received.allocations - in_steady.allocations;
  const double run = static_cast<double>(packets) / static_cast<double>(sent.writes - out_before.writes);
  print_cost("sender, CPU per sealed 1200-byte datagram", "UDP_SEGMENT + EVP seal", sending, run);
  print_cost("receiver, CPU per 1200-byte datagram", "UDP_GRO + EVP open", receiving, run);
  print_allocations("sender, allocations per packet", sent.allocations - out_steady.allocations,
                    sent.datagrams - out_steady.datagrams, "");
  const std::uint64_t for_payloads = std::min(allocated, 2 * frames);
  print_allocations("receiver, allocations per packet", allocated - for_payloads,
                    received.datagrams - in_steady.datagrams,
                    fmt::format("besides {:.1f} per frame: the payload it hands over",
                                static_cast<double>(for_payloads) / static_cast<double>(frames)));
}

}  // namespace
}  // namespace avocet::bench

int main() { avocet::bench::measure(); }
