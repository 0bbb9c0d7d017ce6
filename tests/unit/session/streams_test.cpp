#include "protocol/session/streams.hpp"

#include <gtest/gtest.h>

#include "tests/unit/session/stream_bytes.hpp"
#include "tests/unit/session/stream_packets.hpp"

namespace avocet::session {
namespace {

using wire::CloseCode;

constexpr StreamId zero{0};

Config small() {
  Config config;
  config.max_data = 1000;
  config.max_stream_data = 400;
  config.max_streams = 2;
  config.max_send_buffer = 2000;
  return config;
}

struct StreamsTest : testing::Test {
  Streams client = made(Role::client), server = made(Role::server);

  static Streams made(Role role) {
    Streams streams(role, small());
    streams.set_peer_limits(limits_of(small()));
    return streams;
  }
  /// Sends everything that either has to say, over a perfect link.
  void exchange() {
    for (int i = 0; i < 100 && (client.wants_to_send() || server.wants_to_send()); ++i) {
      for (auto [from, to] : {std::pair(&client, &server), std::pair(&server, &client)}) {
        const StreamPacket packet = packet_of(*from);
        ASSERT_FALSE(deliver(packet, *to));
        for (const auto& carried : packet.carried) from->on_acked(carried);
      }
    }
  }
  static std::vector<Event> events(Streams& streams) {
    std::vector<Event> out;
    while (auto event = streams.next_event()) out.push_back(*event);
    return out;
  }
  template <class T>
  static bool only(Streams& streams, StreamId id) {
    const auto all = events(streams);
    return all.size() == 1 && std::holds_alternative<T>(all[0]) && std::get<T>(all[0]).stream == id;
  }
};

TEST_F(StreamsTest, StreamZeroIsThereBothWays) {
  EXPECT_EQ(client.write(zero, pattern(0, 5), false), Admission::accepted);
  EXPECT_EQ(server.write(zero, pattern(7, 6), false), Admission::accepted);
  exchange();
  EXPECT_TRUE(only<StreamReadable>(server, zero));
  EXPECT_TRUE(only<StreamReadable>(client, zero));
  EXPECT_EQ(server.read(zero).data, pattern(0, 5));
  EXPECT_EQ(client.read(zero).data, pattern(7, 6));
}

TEST_F(StreamsTest, NothingIsSentBeforeThePeersLimitsAreKnown) {
  Streams early(Role::client, small());
  EXPECT_EQ(early.write(zero, pattern(0, 5), false), Admission::accepted);
  EXPECT_FALSE(early.wants_to_send());
  EXPECT_FALSE(early.open_stream());
  early.set_peer_limits(limits_of(small()));
  EXPECT_TRUE(early.wants_to_send());
}

// AV-STR-1
TEST_F(StreamsTest, IdsAreEvenForTheClientAndOddForTheServer) {
  EXPECT_EQ(client.open_stream(), StreamId{2});
  EXPECT_EQ(client.open_stream(), StreamId{4});
  EXPECT_EQ(client.open_stream(), std::nullopt);
  EXPECT_EQ(server.open_stream(), StreamId{1});
  EXPECT_EQ(server.open_stream(), StreamId{3});
}

TEST_F(StreamsTest, IsReadableOncePerBatch) {
  ASSERT_FALSE(server.on_stream({.id = zero, .data = pattern(0, 3)}));
  EXPECT_TRUE(only<StreamReadable>(server, zero));
  const Bytes more = pattern(3, 3);
  ASSERT_FALSE(server.on_stream({.id = zero, .offset = 3, .data = more}));
  EXPECT_TRUE(events(server).empty());
  EXPECT_EQ(server.read(zero).data, pattern(0, 6));
  ASSERT_FALSE(server.on_stream({.id = zero, .offset = 3, .data = more}));
  EXPECT_TRUE(events(server).empty());
  ASSERT_FALSE(server.on_stream({.id = zero, .offset = 6, .data = more}));
  (void)server.read(zero);
  EXPECT_TRUE(events(server).empty()) << "read before it was told";
}

TEST_F(StreamsTest, WritesAreTakenWholeOrNotAtAll) {
  EXPECT_EQ(client.write(zero, pattern(0, 1500), false), Admission::accepted);
  EXPECT_EQ(client.write(zero, pattern(1500, 600), false), Admission::full);
  EXPECT_EQ(client.bytes_held(), 1500u);
  EXPECT_TRUE(events(client).empty());
  const StreamPacket packet = packet_of(client);
  for (const auto& carried : packet.carried) client.on_acked(carried);  // 400: the stream's limit
  EXPECT_TRUE(only<StreamWritable>(client, zero));
  EXPECT_EQ(client.write(zero, pattern(1500, 600), false), Admission::accepted);
  EXPECT_EQ(client.write({8}, pattern(0, 1), false), Admission::closed);
}

TEST_F(StreamsTest, AWriteLargerThanTheBufferIsNeverPromised) {
  EXPECT_EQ(client.write(zero, pattern(0, 100), false), Admission::accepted);
  EXPECT_EQ(client.write(zero, pattern(0, 2001), false), Admission::full);
  exchange();
  EXPECT_TRUE(events(client).empty());
}

// AV-FLOW-4
TEST_F(StreamsTest, FlowControlOpensAsTheReaderReads) {
  EXPECT_EQ(client.write(zero, pattern(0, 2000), false), Admission::accepted);
  exchange();
  EXPECT_EQ(client.bytes_held(), 1600u);
  Bytes got;
  for (int i = 0; i < 20; ++i) {
    const Bytes part = server.read(zero).data;
    got.insert(got.end(), part.begin(), part.end());
    exchange();
  }
  EXPECT_EQ(got, pattern(0, 2000));
}

// AV-FLOW-1
TEST_F(StreamsTest, AllStreamsTogetherStayUnderTheConnectionsLimit) {
  const StreamId a = *client.open_stream(), b = *client.open_stream();
  for (StreamId id : {zero, a, b}) EXPECT_EQ(client.write(id, pattern(0, 400), false), Admission::accepted);
  exchange();
  EXPECT_EQ(server.bytes_held(), 1000u);
  EXPECT_EQ(client.bytes_held(), 200u);
  (void)server.read(zero);
  (void)server.read(a);
  exchange();
  EXPECT_EQ(client.bytes_held(), 0u);
}

// AV-STR-2
TEST_F(StreamsTest, AStreamThatIsOverMakesRoomForTheNext) {
  for (int i = 0; i < 10; ++i) {
    const auto id = client.open_stream();
    ASSERT_TRUE(id) << i;
    EXPECT_EQ(client.write(*id, pattern(0, 5), true), Admission::accepted);
    EXPECT_EQ(client.write(*id, pattern(0, 5), true), Admission::closed);
    exchange();
    EXPECT_TRUE(only<StreamReadable>(server, *id));
    EXPECT_TRUE(server.read(*id).fin);
    EXPECT_EQ(server.write(*id, pattern(1, 2), true), Admission::accepted);
    exchange();
    EXPECT_TRUE(only<StreamReadable>(client, *id));
    EXPECT_TRUE(client.read(*id).fin);
    exchange();
  }
  EXPECT_EQ(client.open(), 1u);
  EXPECT_EQ(server.open(), 1u);
}

// AV-STR-6, AV-FLOW-5
TEST_F(StreamsTest, AResetDropsWhatWasNotReadAndIsTold) {
  const StreamId id = *client.open_stream();
  EXPECT_EQ(client.write(id, pattern(0, 300), false), Admission::accepted);
  exchange();
  client.reset(id, 77);
  EXPECT_EQ(client.write(id, pattern(0, 1), false), Admission::closed);
  const StreamPacket lost = packet_of(client);
  for (const auto& carried : lost.carried) client.on_lost(carried);
  exchange();
  const auto all = events(server);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(std::get<StreamReset>(all[0]).code, 77u);
  EXPECT_TRUE(server.read(id).data.empty());
  EXPECT_EQ(server.bytes_held() + client.bytes_held(), 0u);
  server.reset(id, 0);
  exchange();
  EXPECT_EQ(events(client).size(), 1u);
  EXPECT_EQ(server.open(), 1u);
  EXPECT_EQ(client.open(), 1u);
}

// AV-LOSS-5
TEST_F(StreamsTest, LimitsThatGotLostAreToldAgain) {
  EXPECT_EQ(client.write(zero, pattern(0, 1000), false), Admission::accepted);
  const StreamPacket data = packet_of(client);
  ASSERT_FALSE(deliver(data, server));
  (void)server.read(zero);
  const StreamPacket limits = packet_of(server);
  EXPECT_FALSE(limits.carried.empty());
  EXPECT_FALSE(server.wants_to_send());
  for (const auto& carried : limits.carried) server.on_lost(carried);
  EXPECT_TRUE(server.wants_to_send());
  const StreamPacket again = packet_of(server);
  ASSERT_FALSE(deliver(again, client));
  EXPECT_TRUE(client.wants_to_send());
  for (const auto& carried : limits.carried) server.on_acked(carried);  // late
  EXPECT_FALSE(server.wants_to_send());
}

// AV-STR-9
TEST_F(StreamsTest, LostDataGoesBeforeNewDataAndStreamZeroFirst) {
  const StreamId id = *client.open_stream();
  EXPECT_EQ(client.write(id, pattern(0, 40), false), Admission::accepted);
  const StreamPacket first = packet_of(client);
  EXPECT_EQ(client.write(id, pattern(40, 40), false), Admission::accepted);
  EXPECT_EQ(client.write(zero, pattern(0, 40), false), Admission::accepted);
  for (const auto& carried : first.carried) client.on_lost(carried);
  const StreamPacket next = packet_of(client);
  ASSERT_EQ(next.carried.size(), 3u);
  EXPECT_EQ(next.carried[0].id, id.value);
  EXPECT_EQ(next.carried[0].begin, 0u);
  EXPECT_EQ(next.carried[1].id, 0u);
  EXPECT_EQ(next.carried[2].begin, 40u);
}

// AV-STR-9
TEST_F(StreamsTest, StreamsTakeTurns) {
  const StreamId a = *client.open_stream(), b = *client.open_stream();
  EXPECT_EQ(client.write(a, pattern(0, 300), false), Admission::accepted);
  EXPECT_EQ(client.write(b, pattern(0, 300), false), Admission::accepted);
  std::vector<std::uint64_t> order;
  for (int i = 0; i < 4; ++i) order.push_back(packet_of(client, 110).carried[0].id);
  EXPECT_EQ(order, (std::vector<std::uint64_t>{2, 4, 2, 4}));
}

TEST_F(StreamsTest, FillNeverOverrunsTheRoomOrTheList) {
  for (int i = 0; i < 2; ++i) (void)client.open_stream();
  for (StreamId id : {zero, StreamId{2}, StreamId{4}}) (void)client.write(id, pattern(0, 400), false);
  for (std::size_t room = 0; room < 120; ++room) {
    const StreamPacket packet = packet_of(client, room);
    EXPECT_LE(packet.bytes.size(), room);
    for (const auto& carried : packet.carried) client.on_lost(carried);
  }
}

// AV-STR-3, AV-STR-5, AV-FLOW-2
TEST_F(StreamsTest, HostileFramesCloseTheConnection) {
  const Bytes one = pattern(0, 1), most = pattern(0, 400);
  const auto at = [&](StreamId id, std::uint64_t offset) {
    return made(Role::server).on_stream({.id = id, .offset = offset, .data = one});
  };
  EXPECT_EQ(at(zero, 399), std::nullopt);
  EXPECT_EQ(at(zero, 400), CloseCode::flow_control);
  EXPECT_EQ(at(zero, wire::max_varint), CloseCode::flow_control);
  EXPECT_EQ(at({4}, 0), std::nullopt);
  EXPECT_EQ(at({6}, 0), CloseCode::stream_limit);
  EXPECT_EQ(at({wire::max_varint - 1}, 0), CloseCode::stream_limit);
  EXPECT_EQ(at({1}, 0), CloseCode::protocol_violation) << "ours, and not open";
  EXPECT_EQ(at({wire::max_varint}, 0), CloseCode::protocol_violation);
  EXPECT_EQ(server.on_max_stream_data({{1}, 5}), CloseCode::protocol_violation);
  EXPECT_EQ(server.on_max_stream_data({{6}, 5}), CloseCode::stream_limit);
  EXPECT_EQ(server.on_reset_stream({{6}, 0, 5}), CloseCode::stream_limit);
  EXPECT_EQ(server.on_reset_stream({{2}, 0, 401}), CloseCode::flow_control);
  EXPECT_FALSE(server.on_stream({.id = {2}, .data = most}));
  EXPECT_EQ(server.on_reset_stream({{2}, 0, 399}), CloseCode::final_size);
  EXPECT_FALSE(server.on_stream({.id = {4}, .data = most}));
  EXPECT_EQ(server.on_stream({.id = zero, .data = ByteView(most).first(201)}), CloseCode::flow_control);
  EXPECT_EQ(server.bytes_held(), 800u);
  EXPECT_FALSE(server.on_max_data({wire::max_varint}));
  EXPECT_FALSE(server.on_max_streams({wire::max_varint}));
}

// AV-STR-7
TEST_F(StreamsTest, FramesForAStreamThatIsOverAreIgnored) {
  const StreamId id = *client.open_stream();
  (void)client.write(id, pattern(0, 5), true);
  exchange();
  (void)server.read(id);
  (void)server.write(id, {}, true);
  exchange();
  (void)client.read(id);
  exchange();
  ASSERT_EQ(server.open(), 1u);
  const Bytes data = pattern(0, 5);
  EXPECT_FALSE(server.on_stream({
      .id = id,
      .data = data,
  }));
  EXPECT_FALSE(server.on_reset_stream({id, 1, 5}));
  EXPECT_FALSE(server.on_max_stream_data({id, 5}));
  EXPECT_EQ(server.open(), 1u);
  EXPECT_EQ(server.write(id, data, false), Admission::closed);
}

}  // namespace
}  // namespace avocet::session
