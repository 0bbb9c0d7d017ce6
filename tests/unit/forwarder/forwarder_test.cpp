#include "endpoints/link/forwarder.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>

#include "endpoints/drive/clock.hpp"
#include "endpoints/link/report.hpp"

namespace avocet::link {
namespace {

constexpr PeerAddress loopback = PeerAddress::v4(127, 0, 0, 1, 0);

drive::UdpSocket must(std::expected<drive::UdpSocket, std::string> socket) {
  EXPECT_TRUE(socket.has_value()) << socket.error();
  return std::move(*socket);
}

struct Got {
  PeerAddress from;
  Ecn ecn;
  Time arrived;
  Bytes bytes;
};

/// A server socket, a forwarder in front of it, and clients, stepped by one thread in real time.
class ForwarderTest : public ::testing::Test {
 protected:
  void start(ForwarderConfig config) {
    config.listen = loopback;
    config.to = server_.local();
    auto opened =
        Forwarder::open(context_, config, [this](std::string line) { told_.push_back(std::move(line)); });
    ASSERT_TRUE(opened.has_value()) << opened.error();
    forwarder_ = std::move(*opened);
  }
  drive::UdpSocket client() { return must(drive::UdpSocket::connect(forwarder_->local())); }

  /// Lets the forwarder work until `socket` has received `count` datagrams, or for two seconds.
  std::vector<Got> receive(drive::UdpSocket& socket, std::size_t count) {
    std::vector<Got> out;
    drive::ReceiveBatch batch;
    for (const Time end = drive::now() + 2s; out.size() < count && drive::now() < end;) {
      context_.run_for(1ms);
      for (const drive::Received& run : socket.receive(batch)) {
        for_each_datagram(
            run, [&](ByteSpan d) { out.push_back({run.from, run.ecn, run.arrived, {d.begin(), d.end()}}); });
      }
    }
    return out;
  }
  void work(Duration duration) { context_.run_for(duration); }

  asio::io_context context_{1};
  drive::UdpSocket server_ = must(drive::UdpSocket::bind(loopback));
  std::vector<std::string> told_;
  std::unique_ptr<Forwarder> forwarder_;
};

TEST_F(ForwarderTest, EachClientHasItsOwnWayThereAndBack) {
  start({.up = {}, .down = {}});
  drive::UdpSocket a = client(), b = client();
  a.send({}, as_bytes("from a"), 6);
  b.send({.ecn = Ecn::ect1}, as_bytes("from b"), 6);
  const auto at_server = receive(server_, 2);
  ASSERT_EQ(at_server.size(), 2u);
  EXPECT_NE(at_server[0].from, at_server[1].from);
  for (const Got& got : at_server) {
    EXPECT_EQ(got.ecn, as_text(got.bytes) == "from b" ? Ecn::ect1 : Ecn::not_ect);
    server_.send({.to = got.from, .ecn = Ecn::ce}, got.bytes, got.bytes.size());
  }
  const auto at_a = receive(a, 1), at_b = receive(b, 1);
  ASSERT_EQ(at_a.size(), 1u);
  ASSERT_EQ(at_b.size(), 1u);
  EXPECT_EQ(as_text(at_a[0].bytes), "from a");
  EXPECT_EQ(as_text(at_b[0].bytes), "from b");
  EXPECT_EQ(at_a[0].ecn, Ecn::ce);
  EXPECT_EQ(at_a[0].from, forwarder_->local());
  EXPECT_EQ(told_.size(), 2u);
}

TEST_F(ForwarderTest, RebindingGivesAClientAnotherPortAndClosesTheOldOne) {
  start({.up = {}, .down = {}, .rebinds = {20ms}});
  drive::UdpSocket a = client();
  a.send({}, as_bytes("one"), 3);
  const auto before = receive(server_, 1);
  ASSERT_EQ(before.size(), 1u);
  work(50ms);
  a.send({}, as_bytes("two"), 3);
  const auto after = receive(server_, 1);
  ASSERT_EQ(after.size(), 1u);
  EXPECT_NE(before[0].from, after[0].from);
  server_.send({.to = before[0].from}, as_bytes("late"), 4);
  server_.send({.to = after[0].from}, as_bytes("there"), 5);
  const auto back = receive(a, 1);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(as_text(back[0].bytes), "there");
}

TEST_F(ForwarderTest, DelaysEachWayByWhatWasAsked) {
  start({.up = {.delay = 20ms}, .down = {.delay = 30ms}});
  drive::UdpSocket a = client();
  const Time sent = drive::now();
  a.send({}, as_bytes("x"), 1);
  const auto there = receive(server_, 1);
  ASSERT_EQ(there.size(), 1u);
  EXPECT_GE(there[0].arrived - sent, 20ms);
  EXPECT_LT(there[0].arrived - sent, 40ms);
  server_.send({.to = there[0].from}, as_bytes("y"), 1);
  const auto back = receive(a, 1);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_GE(back[0].arrived - sent, 50ms);
}

TEST_F(ForwarderTest, ASegmentedBurstPassesWholeAndInOrder) {
  start({.up = {}, .down = {}});
  drive::UdpSocket a = client();
  Bytes burst(1200 * 500);
  for (std::size_t i = 0; i < burst.size(); ++i) burst[i] = static_cast<std::byte>(i / 1200);
  ASSERT_EQ(a.send({}, burst, 1200).sent, burst.size());
  const auto got = receive(server_, 500);
  ASSERT_EQ(got.size(), 500u);
  Bytes joined;
  for (const Got& g : got) joined.insert(joined.end(), g.bytes.begin(), g.bytes.end());
  EXPECT_EQ(joined, burst);
  EXPECT_EQ(forwarder_->overflowed(), 0u);
}

TEST_F(ForwarderTest, UnequalSizesKeepTheirBoundaries) {
  start({.up = {}, .down = {}});
  drive::UdpSocket a = client();
  const std::vector<std::size_t> sizes{1200, 1200, 7, 7, 1200, 0, 5, 1200, 1201};
  for (const std::size_t size : sizes) a.send({}, Bytes(size), 1300);
  std::vector<std::size_t> got;
  for (const Got& g : receive(server_, sizes.size())) got.push_back(g.bytes.size());
  EXPECT_EQ(got, sizes);
}

TEST_F(ForwarderTest, ReportsWhatWasLostWhereWhenAndWhy) {
  start({.up = {.loss = Loss::bernoulli(0.5)}, .down = {}});
  drive::UdpSocket a = client();
  for (int i = 0; i < 100; ++i) a.send({}, Bytes(100), 100);
  work(20ms);
  const auto json = report(*forwarder_, drive::now());
  const auto& up = json["up"];
  const std::uint64_t lost = up["dropped"]["random"]["datagrams"];
  EXPECT_EQ(up["in"]["datagrams"], 100);
  EXPECT_EQ(up["out"]["datagrams"], 100 - lost);
  ASSERT_EQ(up["drops"].size(), lost);
  EXPECT_GT(lost, 20u);
  const auto& first = up["drops"][0];
  EXPECT_EQ(first["client"], to_string(a.local()));
  EXPECT_EQ(first["reason"], "random");
  EXPECT_EQ(first["size"], 100);
  EXPECT_GE(first["at"], 0.0);
  EXPECT_EQ(json["totals"]["dropped"]["random"]["datagrams"], lost);
  ASSERT_EQ(json["clients"].size(), 1u);
  EXPECT_EQ(json["clients"][0]["up"]["in"]["datagrams"], 100);
  EXPECT_EQ(json["clients"][0]["up"]["out"]["datagrams"], 100 - lost);
  EXPECT_EQ(json["clients"][0]["up"]["dropped"]["random"]["datagrams"], lost);
  EXPECT_EQ(summary(*forwarder_).substr(0, 6), "up    ");
}

TEST_F(ForwarderTest, ForgetsSilentClientsAndKeepsTheirRecord) {
  start({.up = {}, .down = {}, .idle = 50ms});
  drive::UdpSocket a = client();
  a.send({}, as_bytes("x"), 1);
  ASSERT_EQ(receive(server_, 1).size(), 1u);
  work(200ms);
  ASSERT_EQ(forwarder_->clients().size(), 1u);
  EXPECT_FALSE(forwarder_->clients().begin()->second.live);
  a.send({}, as_bytes("y"), 1);
  EXPECT_EQ(receive(server_, 1).size(), 1u) << "it comes back as a new client";
  EXPECT_EQ(forwarder_->clients().size(), 2u);
}

TEST_F(ForwarderTest, TurnsClientsAwayBeyondItsLimit) {
  start({.up = {}, .down = {}, .max_clients = 2});
  std::vector<drive::UdpSocket> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(client());
    clients.back().send({}, as_bytes("x"), 1);
  }
  EXPECT_EQ(receive(server_, 2).size(), 2u);
  work(20ms);
  EXPECT_EQ(forwarder_->turned_away(), (Count{2, 2}));
}

TEST_F(ForwarderTest, SaysOnceThatNobodyListens) {
  start({.up = {}, .down = {}});
  server_ = must(drive::UdpSocket::bind(loopback));
  drive::UdpSocket a = client();
  for (int i = 0; i < 3; ++i) {
    a.send({}, as_bytes("x"), 1);
    work(20ms);
  }
  const auto mentions =
      std::ranges::count_if(told_, [](const std::string& t) { return t.starts_with("nobody listens"); });
  EXPECT_EQ(mentions, 1);
}

TEST(Lateness, FindsItsQuantiles) {
  Lateness lateness;
  for (int i = 0; i < 99; ++i) lateness.add(15us);
  lateness.add(1s);
  EXPECT_EQ(lateness.quantile(0.5), 20us);
  EXPECT_EQ(lateness.quantile(0.99), 20us);
  EXPECT_EQ(lateness.quantile(1), 1s);
  EXPECT_EQ(lateness.worst(), 1s);
}

}  // namespace
}  // namespace avocet::link
