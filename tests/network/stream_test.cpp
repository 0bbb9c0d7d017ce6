#include <gtest/gtest.h>

#include "tests/network/transfer.hpp"

namespace avocet::test {
namespace {

struct Transfer {
  explicit Transfer(std::uint64_t seed, const link::LinkConfig& path) : s(seed), sent(pattern(1'000'000)) {
    s.connect(path, path);
    s.on_server_event = [this](session::Listener::SessionEvent& told) {
      if (const auto* readable = std::get_if<session::StreamReadable>(&told.event)) {
        auto read = s.world.server().touch(told.session)->read(s.world.now(), readable->stream);
        received.insert(received.end(), read.data.begin(), read.data.end());
        ended |= read.fin;
      }
    };
    s.on_client_event = [this](std::size_t, session::Event& event) {
      if (std::holds_alternative<session::Connected>(event) ||
          std::holds_alternative<session::StreamWritable>(event))
        write();
    };
  }

  void write() {
    while (written < sent.size()) {
      const auto part = ByteView(sent).subspan(written, std::min<std::size_t>(50'000, sent.size() - written));
      if (s.world.client().write(s.world.now(), StreamId{0}, part, written + part.size() == sent.size()) !=
          session::Admission::accepted) {
        return;
      }
      written += part.size();
    }
  }

  bool run() {
    return s.world.run_until([&] { return ended; }, 300s);
  }

  Sessions s;
  Bytes sent, received;
  std::size_t written = 0;
  bool ended = false;
};

// AV-LOSS-5
TEST(Stream, AMillionBytesArriveExactlyAtTenPercentLoss) {
  Transfer transfer(1, {.delay = 20ms, .jitter = 2ms, .loss = link::Loss::bernoulli(0.1)});
  ASSERT_TRUE(transfer.run()) << transfer.received.size() << " bytes arrived";
  EXPECT_TRUE(transfer.received == transfer.sent);
}

TEST(Stream, TheSameThroughDuplicatesReorderingAndCorruption) {
  link::LinkConfig path{
      .delay = 20ms, .loss = link::Loss::bernoulli(0.02), .duplicate = 0.05, .corrupt = 0.02};
  path.reorder = {.probability = 0.05, .by = 8ms};
  Transfer transfer(2, path);
  ASSERT_TRUE(transfer.run()) << transfer.received.size() << " bytes arrived";
  EXPECT_TRUE(transfer.received == transfer.sent);
  EXPECT_GT(transfer.s.server_session().stats().packets_undecryptable, 0u);
  EXPECT_GT(transfer.s.server_session().stats().packets_duplicate, 0u);
}

TEST(Stream, TheSameSeedGivesTheSameBytes) {
  const auto hash = [](std::uint64_t seed) {
    Transfer transfer(seed, {.delay = 20ms, .jitter = 2ms, .loss = link::Loss::bernoulli(0.1)});
    transfer.run();
    return transfer.s.world.hash();
  };
  EXPECT_EQ(hash(3), hash(3));
  EXPECT_NE(hash(3), hash(4));
}

TEST(Stream, AnOutageIsSurvived) {
  link::LinkConfig path{
      .delay = 20ms, .loss = link::Loss::bernoulli(0.01), .rate = {{0s, DataRate::mbps(4)}}};
  path.blackholes = {{1s, 6s}};
  Transfer transfer(5, path);
  ASSERT_TRUE(transfer.run()) << transfer.received.size() << " bytes arrived";
  EXPECT_TRUE(transfer.received == transfer.sent);
}

}  // namespace
}  // namespace avocet::test
