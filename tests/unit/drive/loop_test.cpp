#include "endpoints/drive/loop.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <deque>
#include <string>

namespace avocet::drive {
namespace {

constexpr PeerAddress loopback = PeerAddress::v4(127, 0, 0, 1, 0);

struct Said {
  std::string text;
};

/// A core that follows the contract and does what its test says.
class FakeCore {
 public:
  using Output = std::variant<session::Transmit, Said, session::Wake>;

  void receive(Time now, session::Datagram datagram) {
    EXPECT_LE(datagram.arrived, now);
    heard.emplace_back(as_text(datagram.bytes));
    from = datagram.from;
    to = datagram.to;
    if (echo) to_send.push_back({Bytes(datagram.bytes.begin(), datagram.bytes.end()), datagram.bytes.size()});
    to_say.push_back({"heard"});
  }
  void wake(Time now) {
    EXPECT_GE(now, *wake_at);
    woken.push_back(now);
    wake_at.reset();
    to_say.push_back({"woken"});
  }
  Output poll(Time now, ByteSpan room, std::size_t max_segments) {
    EXPECT_EQ(max_segments, UdpSocket::max_segments);
    ++polls;
    if (!to_say.empty()) {
      Said said = std::move(to_say.front());
      to_say.pop_front();
      return said;
    }
    if (!to_send.empty()) {
      const auto [bytes, segment] = std::move(to_send.front());
      to_send.pop_front();
      std::ranges::copy(bytes, room.begin());
      return session::Transmit{.to = from, .from = to, .size = bytes.size(), .segment = segment};
    }
    if (wake_at && *wake_at <= now) wake_at = now + 1ns;
    return session::Wake{wake_at, "test"};
  }

  struct Run {
    Bytes bytes;
    std::size_t segment;
  };
  bool echo = false;
  PeerAddress from, to;
  std::deque<Run> to_send;
  std::deque<Said> to_say;
  std::optional<Time> wake_at;
  std::vector<std::string> heard;
  std::vector<Time> woken;
  int polls = 0;
};

UdpSocket must(std::expected<UdpSocket, std::string> socket) {
  EXPECT_TRUE(socket.has_value()) << socket.error();
  return std::move(*socket);
}

class LoopTest : public ::testing::Test {
 protected:
  struct Listen {
    std::vector<std::string>& said;
    void operator()(Said&& s, Time) const { said.push_back(std::move(s.text)); }
  };
  using TestLoop = Loop<FakeCore, Listen>;

  /// Runs the context until `done` or for two seconds.
  template <class Done>
  bool run_until(Done done) {
    for (const Time end = now() + 2s; !done() && now() < end;) context_.run_one_for(1ms);
    return done();
  }

  asio::io_context context_{1};
  FakeCore core_;
  std::vector<std::string> said_;
};

TEST_F(LoopTest, FeedsDatagramsAndSendsTheAnswer) {
  core_.echo = true;
  TestLoop loop(context_, core_, must(UdpSocket::bind(loopback)), {said_});
  loop.start();
  UdpSocket client = must(UdpSocket::connect(loop.socket().local()));
  Bytes run(2500);
  client.send({}, run, 1000);
  ASSERT_TRUE(run_until([&] { return loop.stats().datagrams_out == 3; }));
  EXPECT_EQ(core_.heard.size(), 3u);
  EXPECT_EQ(core_.heard.back().size(), 500u);
  EXPECT_EQ(said_.size(), 3u);
  EXPECT_EQ(core_.to, loop.socket().local());
  EXPECT_EQ(loop.stats().datagrams_in, 3u);
  EXPECT_EQ(loop.stats().bytes_in, 2500u);

  ReceiveBatch batch;
  std::size_t back = 0;
  for (const Received& r : client.receive(batch)) back += r.bytes.size();
  EXPECT_EQ(back, 2500u);
}

TEST_F(LoopTest, GoesOnWithAnotherSocket) {
  core_.echo = true;
  TestLoop loop(context_, core_, must(UdpSocket::bind(loopback)), {said_});
  loop.start();
  const PeerAddress before = loop.socket().local();
  loop.replace_socket(must(UdpSocket::bind(loopback)));
  ASSERT_NE(loop.socket().local(), before);
  UdpSocket client = must(UdpSocket::connect(loop.socket().local()));
  client.send({}, Bytes(100), 100);
  ASSERT_TRUE(run_until([&] { return loop.stats().datagrams_out == 1; }));
  client.send({}, Bytes(100), 100);
  ASSERT_TRUE(run_until([&] { return loop.stats().datagrams_out == 2; }));
  EXPECT_EQ(core_.heard.size(), 2u);
  EXPECT_EQ(core_.to, loop.socket().local());
}

TEST_F(LoopTest, WakesAtTheTimeAsked) {
  TestLoop loop(context_, core_, must(UdpSocket::bind(loopback)), {said_});
  const Time at = now() + 20ms;
  core_.wake_at = at;
  loop.start();
  ASSERT_TRUE(run_until([&] { return !core_.woken.empty(); }));
  EXPECT_GE(core_.woken[0], at);
  EXPECT_LT(core_.woken[0], at + 50ms);
  EXPECT_EQ(said_, std::vector<std::string>{"woken"});
  EXPECT_EQ(loop.stats().wakes, 1u);
}

TEST_F(LoopTest, AnEarlierWakeReplacesALaterOne) {
  TestLoop loop(context_, core_, must(UdpSocket::bind(loopback)), {said_});
  core_.wake_at = now() + 1h;
  loop.start();
  loop.call([&](Time now) { core_.wake_at = now + 10ms; });
  ASSERT_TRUE(run_until([&] { return !core_.woken.empty(); }));
  EXPECT_EQ(core_.woken.size(), 1u);
}

TEST_F(LoopTest, AnIdleCoreIsNotPolled) {
  TestLoop loop(context_, core_, must(UdpSocket::bind(loopback)), {said_});
  loop.start();
  const int polls = core_.polls;
  context_.run_for(20ms);
  EXPECT_EQ(core_.polls, polls);
}

TEST_F(LoopTest, CallsDrainWhatFollows) {
  TestLoop loop(context_, core_, must(UdpSocket::bind(loopback)), {said_});
  loop.start();
  loop.call([&](Time) { core_.to_say.push_back({"called"}); });
  EXPECT_EQ(said_, std::vector<std::string>{"called"});
}

TEST_F(LoopTest, TheHandlerMayCallTheCoreAndClose) {
  struct Reply {
    FakeCore& core;
    std::function<void()> close;
    void operator()(Said&& s, Time) const {
      if (s.text == "first") core.to_say.push_back({"second"});
      if (s.text == "second") close();
    }
  };
  std::optional<Loop<FakeCore, Reply>> loop;
  loop.emplace(context_, core_, must(UdpSocket::bind(loopback)), Reply{core_, [&] { loop->close(); }});
  core_.to_say.push_back({"first"});
  core_.wake_at = now() + 1h;
  loop->start();
  context_.restart();
  context_.run_for(2s);
  EXPECT_TRUE(context_.stopped()) << "a closed loop leaves the context nothing to do";
  EXPECT_TRUE(core_.to_say.empty());
}

TEST_F(LoopTest, AFullSocketKeepsItsOneTransmitAndStopsPolling) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair), 0);
  UdpSocket peer = UdpSocket::adopt(pair[1], AF_INET);
  Bytes sent;
  for (int i = 0; i < 40; ++i) {
    const Bytes run(50 * 1000, static_cast<std::byte>(i));
    sent.insert(sent.end(), run.begin(), run.end());
    core_.to_send.push_back({run, 1000});
  }
  TestLoop loop(context_, core_, UdpSocket::adopt(pair[0], AF_INET), {said_});
  loop.start();
  EXPECT_GE(loop.stats().blocked, 1u);
  EXPECT_FALSE(core_.to_send.empty());
  const int polls = core_.polls;
  loop.call([](Time) {});
  EXPECT_EQ(core_.polls, polls) << "nothing is polled while one is pending";

  Bytes received;
  ReceiveBatch batch;
  ASSERT_TRUE(run_until([&] {
    for (const Received& r : peer.receive(batch))
      received.insert(received.end(), r.bytes.begin(), r.bytes.end());
    return received.size() >= sent.size();
  }));
  EXPECT_EQ(received, sent);
  EXPECT_EQ(loop.stats().datagrams_out, 2000u);
  EXPECT_EQ(loop.stats().unsendable, 0u);
}

TEST_F(LoopTest, ManyWritesLetOthersHaveTheirTurn) {
  UdpSocket sink = must(UdpSocket::bind(loopback));
  for (int i = 0; i < 200; ++i) core_.to_send.push_back({Bytes(10), 10});
  TestLoop loop(context_, core_, must(UdpSocket::connect(sink.local())), {said_});
  loop.start();
  EXPECT_EQ(loop.stats().writes, 64u);
  EXPECT_TRUE(run_until([&] { return loop.stats().writes == 200; }));
}

TEST_F(LoopTest, GoingAwayWithWorkUnderWayIsSafe) {
  {
    TestLoop loop(context_, core_, must(UdpSocket::bind(loopback)), {said_});
    for (int i = 0; i < 100; ++i) core_.to_send.push_back({Bytes(10), 10});
    core_.from = loopback;
    core_.from.port = 9;
    core_.wake_at = now() + 1ms;
    loop.start();
  }
  context_.run_for(20ms);
}

}  // namespace
}  // namespace avocet::drive
