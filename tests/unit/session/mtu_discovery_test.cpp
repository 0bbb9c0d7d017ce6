#include "protocol/session/mtu_discovery.hpp"

#include <gtest/gtest.h>

namespace avocet::session {
namespace {

constexpr Time start{1s};
constexpr DataRate fast = DataRate::mbps(100);

void send_full(MtuDiscovery& mtu, unsigned packets = MtuDiscovery::worth) {
  for (unsigned i = 0; i < packets; ++i) mtu.on_sent(mtu.current());
}

/// A path that carries `largest`; the number of probes that a search takes on it.
unsigned search(MtuDiscovery& mtu, std::size_t largest, Time now = start) {
  unsigned probes = 0;
  for (;; ++probes) {
    send_full(mtu);
    const auto size = mtu.wanted(now, fast);
    if (!size) return probes;
    mtu.on_probe_sent();
    EXPECT_FALSE(mtu.wanted(now, fast)) << "one at a time";
    if (*size <= largest) {
      mtu.on_probe_acked(*size);
    } else {
      mtu.on_probe_lost(now);
    }
  }
}

// AV-MTU-1, AV-MTU-2
TEST(MtuDiscovery, FindsTheSizesOfRealPaths) {
  for (const std::size_t size : {1200u, 1280u, 1452u, 1472u, 8972u, 9000u}) {
    MtuDiscovery mtu;
    mtu.set_limit(9000);
    const unsigned probes = search(mtu, size);
    EXPECT_EQ(mtu.current(), size);
    EXPECT_LE(probes, 12u);
  }
}

// AV-PAR-3
TEST(MtuDiscovery, NeverPassesTheLimit) {
  for (const std::size_t limit : {0u, 1200u, 1201u, 1300u, 9000u, 65'535u}) {
    MtuDiscovery mtu;
    mtu.set_limit(limit);
    search(mtu, 70'000);
    EXPECT_EQ(mtu.current(), std::clamp<std::size_t>(limit, 1200, 9000));
  }
}

// AV-MTU-3
TEST(MtuDiscovery, WhoSendsLittleIsNotProbed) {
  MtuDiscovery mtu;
  mtu.set_limit(9000);
  for (int i = 0; i < 1000; ++i) mtu.on_sent(600);
  EXPECT_FALSE(mtu.wanted(start, fast));
}

// AV-MTU-4
TEST(MtuDiscovery, TriesAgainAfterTenMinutes) {
  MtuDiscovery mtu;
  mtu.set_limit(9000);
  search(mtu, 1472);
  EXPECT_FALSE(mtu.wanted(start + 600s - 1ns, fast));
  EXPECT_EQ(mtu.wanted(start + 600s, fast), 4096u);
}

// AV-MTU-5
TEST(MtuDiscovery, LargePacketsThatVanishWhileSmallOnesArriveAreABlackHole) {
  MtuDiscovery mtu;
  mtu.set_limit(1472);
  search(mtu, 1472);
  for (unsigned i = 0; i < 100; ++i) mtu.on_lost(start, 1472);
  EXPECT_EQ(mtu.current(), 1472u) << "an outage, as far as one can tell";
  mtu.on_acked(90);
  mtu.on_lost(start, 1472);
  EXPECT_EQ(mtu.current(), 1200u);
  send_full(mtu);
  EXPECT_FALSE(mtu.wanted(start + 30s - 1ns, fast));
  EXPECT_EQ(mtu.wanted(start + 30s, fast), 1280u);
}

// AV-MTU-5
TEST(MtuDiscovery, RandomLossIsNoBlackHole) {
  MtuDiscovery mtu;
  mtu.set_limit(1472);
  search(mtu, 1472);
  for (unsigned i = 0; i < 1000; ++i) {
    for (unsigned n = 0; n + 1 < MtuDiscovery::black_hole; ++n) mtu.on_lost(start, 1472);
    mtu.on_acked(90);
    mtu.on_acked(1472);
  }
  EXPECT_EQ(mtu.current(), 1472u);
}

// AV-MTU-5
TEST(MtuDiscovery, SilenceFallsBackToo) {
  MtuDiscovery mtu;
  mtu.set_limit(1472);
  search(mtu, 1472);
  mtu.on_timeouts(start, 1);
  EXPECT_EQ(mtu.current(), 1472u);
  mtu.on_timeouts(start, 2);
  EXPECT_EQ(mtu.current(), 1200u);
}

// AV-MTU-7
TEST(MtuDiscovery, LongDatagramsAreForFastPaths) {
  MtuDiscovery mtu;
  mtu.set_limit(9000);
  for (; mtu.current() < 1472; send_full(mtu)) {
    if (const auto size = mtu.wanted(start, DataRate::mbps(1)))
      mtu.on_probe_sent(), mtu.on_probe_acked(*size);
  }
  EXPECT_FALSE(mtu.wanted(start, DataRate::mbps(16)));
  EXPECT_EQ(mtu.wanted(start, DataRate::mbps(17)), 4096u) << "2 ms";
  search(mtu, 9000);
  mtu.on_rate(DataRate::mbps(9.1));
  EXPECT_EQ(mtu.current(), 9000u);
  mtu.on_rate(DataRate::mbps(8.9));
  EXPECT_EQ(mtu.current(), 1472u) << "8 ms";
}

TEST(MtuDiscovery, AnotherPathBeginsAtTheBeginning) {
  MtuDiscovery mtu;
  mtu.set_limit(1472);
  search(mtu, 1472);
  mtu.restart();
  EXPECT_EQ(mtu.current(), 1200u);
  search(mtu, 1420);
  EXPECT_EQ(mtu.current(), 1420u);
}

}  // namespace
}  // namespace avocet::session
