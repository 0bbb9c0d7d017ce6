#include "endpoints/drive/udp_socket.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <cstring>

#include "endpoints/drive/clock.hpp"

namespace avocet::drive {
namespace {

constexpr PeerAddress loopback_v4 = PeerAddress::v4(127, 0, 0, 1, 0);
constexpr PeerAddress loopback_v6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0};

UdpSocket must(std::expected<UdpSocket, std::string> socket) {
  EXPECT_TRUE(socket.has_value()) << socket.error();
  return std::move(*socket);
}

Bytes numbered(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 31 + i / 256);
  return bytes;
}

/// A datagram by itself, with the bytes kept.
struct Got {
  PeerAddress from, to;
  Ecn ecn;
  Time arrived;
  Bytes bytes;
};

/// Reads until `count` datagrams have come, or nothing comes for 0.3 s.
std::vector<Got> receive(UdpSocket& socket, std::size_t count) {
  ReceiveBatch batch;
  std::vector<Got> out;
  while (out.size() < count) {
    pollfd ready{socket.descriptor(), POLLIN, 0};
    if (poll(&ready, 1, 300) <= 0) break;
    for (const Received& run : socket.receive(batch)) {
      for_each_datagram(run, [&](ByteSpan datagram) {
        out.push_back({run.from, run.to, run.ecn, run.arrived, Bytes(datagram.begin(), datagram.end())});
      });
    }
  }
  return out;
}

/// Both families, with and without segmentation offload.
class Loopback : public ::testing::TestWithParam<std::tuple<PeerAddress, bool>> {
 protected:
  SocketOptions options() const { return {.offload = std::get<1>(GetParam())}; }
  UdpSocket server_ = must(UdpSocket::bind(std::get<0>(GetParam()), options()));
  UdpSocket client_ = must(UdpSocket::connect(server_.local(), options()));
};

TEST_P(Loopback, CarriesADatagramThereAndBack) {
  const Time before = now();
  EXPECT_EQ(client_.send({}, as_bytes("hello"), 5).sent, 5u);
  const auto there = receive(server_, 1);
  ASSERT_EQ(there.size(), 1u);
  EXPECT_EQ(as_text(there[0].bytes), "hello");
  EXPECT_EQ(there[0].from, client_.local());
  EXPECT_EQ(there[0].to, server_.local());
  EXPECT_GE(there[0].arrived, before - 1ms);
  EXPECT_LE(there[0].arrived, now());

  server_.send({.to = there[0].from, .from = there[0].to}, as_bytes("back"), 4);
  const auto back = receive(client_, 1);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(as_text(back[0].bytes), "back");
  EXPECT_EQ(back[0].from, server_.local());
}

TEST_P(Loopback, ARunArrivesAsItsDatagrams) {
  // 100 datagrams are more than one segmented write; the last is shorter.
  const Bytes bytes = numbered(99 * 1200 + 7);
  const SendResult result = client_.send({}, bytes, 1200);
  EXPECT_EQ(result.sent, bytes.size());
  EXPECT_FALSE(result.blocked);
  EXPECT_EQ(result.error, 0);

  const auto got = receive(server_, 100);
  ASSERT_EQ(got.size(), 100u);
  Bytes joined;
  for (const Got& g : got) joined.insert(joined.end(), g.bytes.begin(), g.bytes.end());
  EXPECT_EQ(got.front().bytes.size(), 1200u);
  EXPECT_EQ(got.back().bytes.size(), 7u);
  EXPECT_EQ(joined, bytes);
}

TEST_P(Loopback, SmallSegmentsAndLargeDatagrams) {
  const Bytes bytes = numbered(60'000);
  for (const std::size_t segment : {10u, 20'000u, 60'000u}) {
    EXPECT_EQ(
        client_.send({}, ByteView(bytes).first(segment * 2 > bytes.size() ? segment : segment * 2), segment)
            .error,
        0);
    const auto got = receive(server_, segment == 60'000 ? 1 : 2);
    ASSERT_FALSE(got.empty());
    EXPECT_EQ(got[0].bytes.size(), segment);
  }
}

TEST_P(Loopback, EcnPassesInBothDirections) {
  for (const Ecn ecn : {Ecn::not_ect, Ecn::ect1, Ecn::ect0, Ecn::ce}) {
    client_.send({.ecn = ecn}, numbered(2400), 1200);
    const auto got = receive(server_, 2);
    ASSERT_EQ(got.size(), 2u);
    EXPECT_EQ(got[0].ecn, ecn);
    EXPECT_EQ(got[1].ecn, ecn);
    server_.send({.to = got[0].from, .from = got[0].to, .ecn = ecn}, numbered(10), 10);
    const auto back = receive(client_, 1);
    ASSERT_EQ(back.size(), 1u);
    EXPECT_EQ(back[0].ecn, ecn);
  }
}

TEST_P(Loopback, AnEmptyDatagramIsOne) {
  client_.send({}, {}, 1200);
  const auto got = receive(server_, 1);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_TRUE(got[0].bytes.empty());
}

TEST_P(Loopback, NothingToReadIsEmptyAtOnce) {
  ReceiveBatch batch;
  EXPECT_TRUE(server_.receive(batch).empty());
}

TEST_P(Loopback, ADeafPeerIsCountedAndDoesNotStopTheSender) {
  server_ = must(UdpSocket::bind(std::get<0>(GetParam())));
  for (int i = 0; i < 3; ++i) {
    const SendResult result = client_.send({}, numbered(2400), 1200);
    EXPECT_EQ(result.sent, 2400u);
    EXPECT_FALSE(result.blocked);
  }
  EXPECT_GE(client_.refused(), 1u);
}

TEST_P(Loopback, BuffersAreAsLargeAsTheKernelGrants) {
  EXPECT_GE(server_.receive_buffer(), 200'000);
  EXPECT_GE(server_.send_buffer(), 200'000);
}

INSTANTIATE_TEST_SUITE_P(Families, Loopback,
                         ::testing::Combine(::testing::Values(loopback_v4, loopback_v6), ::testing::Bool()),
                         [](const auto& param) {
                           return std::string(std::get<0>(param.param).is_v4() ? "v4" : "v6") +
                                  (std::get<1>(param.param) ? "offload" : "plain");
                         });

TEST(UdpSocket, EverywhereListensOnBothFamiliesAndAnswersFromTheAddressAsked) {
  UdpSocket server = must(UdpSocket::bind({}));
  const std::uint16_t port = server.local().port;
  ASSERT_NE(port, 0);
  for (PeerAddress at :
       {PeerAddress::v4(127, 0, 0, 1, port), PeerAddress::v4(127, 0, 0, 2, port), loopback_v6}) {
    at.port = port;
    SCOPED_TRACE(to_string(at));
    UdpSocket client = must(UdpSocket::connect(at));
    client.send({.ecn = Ecn::ect1}, numbered(10), 10);
    const auto got = receive(server, 1);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].from, client.local());
    EXPECT_EQ(got[0].to, at);
    EXPECT_EQ(got[0].ecn, Ecn::ect1);

    // A connected socket takes datagrams from the one address only that it asked.
    server.send({.to = got[0].from, .from = got[0].to, .ecn = Ecn::ce}, numbered(3000), 1500);
    const auto back = receive(client, 2);
    ASSERT_EQ(back.size(), 2u);
    EXPECT_EQ(back[1].ecn, Ecn::ce);
  }
}

TEST(UdpSocket, SaysWhyItCannotListen) {
  const UdpSocket first = must(UdpSocket::bind(loopback_v4));
  const auto second = UdpSocket::bind(first.local());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), "cannot listen on " + to_string(first.local()) + ": Address already in use");
  EXPECT_TRUE(UdpSocket::bind(PeerAddress::v4(127, 0, 0, 1, 0), {.reuse_port = true}));
}

TEST(UdpSocket, WhatItsFamilyCannotReachIsLostAndSaid) {
  UdpSocket v4 = must(UdpSocket::bind(loopback_v4));
  const SendResult result = v4.send({.to = loopback_v6}, numbered(10), 10);
  EXPECT_EQ(result.sent, 10u);
  EXPECT_EQ(result.error, EAFNOSUPPORT);
}

TEST(UdpSocket, AFullSocketBlocksAndTakesTheRestLater) {
  // UDP on loopback never fills: what is sent counts as received at once. A pair of local sockets does.
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair), 0);
  UdpSocket sender = UdpSocket::adopt(pair[0], AF_INET);
  UdpSocket receiver = UdpSocket::adopt(pair[1], AF_INET);
  const Bytes bytes = numbered(1200 * 1000);
  std::size_t sent = 0;
  bool blocked = false;
  Bytes received;
  while (sent < bytes.size() || received.size() < bytes.size()) {
    const SendResult result =
        sent < bytes.size() ? sender.send({}, ByteView(bytes).subspan(sent), 1200) : SendResult{};
    ASSERT_EQ(result.error, 0) << std::strerror(result.error);
    sent += result.sent;
    blocked |= result.blocked;
    ASSERT_EQ(sent % 1200, 0u) << "only whole datagrams are taken";
    for (const Got& g : receive(receiver, 1)) received.insert(received.end(), g.bytes.begin(), g.bytes.end());
  }
  EXPECT_TRUE(blocked);
  EXPECT_EQ(received, bytes);
}

TEST(UdpSocket, CountsWhatItWasTooSlowToRead) {
  UdpSocket server = must(UdpSocket::bind(loopback_v4, {.receive_buffer = 4096, .offload = false}));
  UdpSocket client = must(UdpSocket::connect(server.local(), {.offload = false}));
  for (int i = 0; i < 200; ++i) client.send({}, numbered(1200), 1200);
  const std::size_t first = receive(server, 200).size();
  client.send({}, numbered(1200), 1200);
  receive(server, 1);
  EXPECT_EQ(server.overflowed() + first, 200u);
}

}  // namespace
}  // namespace avocet::drive
