#include <gtest/gtest.h>

#include <set>

#include "sim/adapter/run.hpp"
#include "sim/experiment/scenario_file.hpp"
#include "sim/observe/observer.hpp"

namespace avocet::sim {
namespace {

/// What the server's and the viewer's sockets saw.
struct Sockets final : Observer {
  std::set<std::pair<std::array<std::uint8_t, 16>, std::uint16_t>> viewers;  // addresses, at the server
  std::size_t anonymous = 0;  // datagrams that no end of ours sent so
  std::size_t largest = 0;
  std::set<Ecn> marks;
  Time last_frame;

  void on_received(Time, const DatagramSeen& seen) override {
    if (seen.sender == 0) ++anonymous;
    if (role_of(seen.end) == EndRole::viewer)
      marks.insert(seen.ecn), largest = std::max(largest, seen.bytes.size());
    if (seen.end == end_of(0, EndRole::server) && seen.sender == end_of(0, EndRole::viewer)) {
      viewers.insert({seen.from.ip, seen.from.port});
    }
  }
  void on_out(Time now, const FrameOut&) override { last_frame = now; }
};

struct Ran {
  Sockets sockets;
  RunResult result;
  std::size_t frames() const { return result.flows[0].frames_delivered.size(); }
  std::size_t lost() const { return result.flows[0].lost.size(); }
};

Ran ran(const std::string& name, Settings settings, std::uint64_t seed = 1) {
  auto read = read_scenario(std::string(AVOCET_SCENARIOS) + "/" + name + ".toml", settings);
  EXPECT_TRUE(read) << read.error().front().message;
  Ran out;
  out.result = run(*read, {.seed = seed, .progress = {}, .observers = {&out.sockets}});
  return out;
}

TEST(Network, FollowsAViewerToOtherPorts) {
  const Ran r = ran("quic-rebind-port", {{"length", "8s"}});
  EXPECT_EQ(r.sockets.viewers.size(), 3u) << "before, after 1 s, after 6 s";
  EXPECT_GT(r.sockets.last_frame, Time(7800ms));
}

TEST(Network, FollowsAViewerToOtherAddresses) {
  const Ran r = ran("quic-rebind-address", {{"length", "8s"}});
  std::set<std::array<std::uint8_t, 16>> addresses;
  for (const auto& [ip, port] : r.sockets.viewers) addresses.insert(ip);
  EXPECT_EQ(addresses.size(), 3u);
  EXPECT_GT(r.sockets.last_frame, Time(7800ms));
}

TEST(Network, DeliversNothingInABlackholeAndGoesOnAfterIt) {
  const Ran r = ran("quic-blackhole", {{"length", "9s"}});
  for (const auto& frame : r.result.flows[0].frames_delivered) {
    EXPECT_FALSE(frame.decodable > Time(5100ms) && frame.decodable < Time(7s));
  }
  EXPECT_GT(r.sockets.last_frame, Time(8800ms));
}

TEST(Network, HandsOnDamagedDatagramsAsNobodys) {
  const Ran r = ran("quic-corrupt-rate-transfer", {{"length", "5s"}});
  EXPECT_GT(r.sockets.anonymous, 20u);
  EXPECT_GT(r.frames(), 140u);
}

TEST(Network, CarriesNothingAboveTheMtu) {
  const Ran r = ran("small-mtu", {{"length", "5s"}});
  EXPECT_LE(r.sockets.largest, 1300u - 28u);
  EXPECT_GT(r.frames(), 140u);
}

TEST(Network, MarksAndLosesTheMarks) {
  EXPECT_TRUE(ran("rfc8867-6.2", {{"length", "30s"}}).sockets.marks.contains(Ecn::ce));
  const Ran cleared = ran("ecn-cleared", {{"length", "5s"}});
  EXPECT_EQ(cleared.sockets.marks, std::set<Ecn>{Ecn::not_ect});
  EXPECT_GT(cleared.frames(), 100u);
}

class Air : public testing::TestWithParam<const char*> {};

TEST_P(Air, CarriesTheSameForTheSameSeed) {
  const auto hash = [](std::uint64_t seed) {
    const Ran r = ran(GetParam(), {{"length", "3s"}}, seed);
    EXPECT_TRUE(r.result.violations.empty());
    EXPECT_GT(r.frames(), 30u);
    return r.result.hash;
  };
  EXPECT_EQ(hash(1), hash(1));
  EXPECT_NE(hash(1), hash(2));
}

INSTANTIATE_TEST_SUITE_P(Cells, Air, testing::Values("rfc8869-wifi-wired", "rfc8869-lte-down"));

TEST(Network, KeepsTheQueueShortForScalableTraffic) {
  const Ran r = ran("l4s", {{"length", "15s"}});
  std::size_t bytes = 0;
  for (const auto& received : r.result.flows[1].received) bytes += received.size;
  EXPECT_GT(bytes, 1'000'000u);
  EXPECT_GT(r.frames(), 400u);
}

}  // namespace
}  // namespace avocet::sim
