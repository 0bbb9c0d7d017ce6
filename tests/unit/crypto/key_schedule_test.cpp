#include "protocol/crypto/key_schedule.hpp"

#include <gtest/gtest.h>

namespace avocet::crypto {
namespace {

std::string hex(ByteView bytes) { return to_hex(bytes); }

// Expected values were computed from RFC 8446 section 7.1 by a separate program (Python's hmac and hashlib).
class KeyScheduleTest : public testing::Test {
 protected:
  Context context{Entropy::of(1)};
  const Bytes shared_secret = Bytes(32, std::byte{0x11});
  const Hash server_hello = sha384(context, {as_bytes("hello")});
  const Hash server_finished = sha384(context, {as_bytes("hello finished")});
  const Hash client_finished = sha384(context, {as_bytes("hello finished client")});
};

// AV-KEY-1
TEST_F(KeyScheduleTest, LadderWithoutTicket) {
  KeySchedule schedule(context);
  const auto handshake = schedule.handshake(shared_secret, server_hello);
  EXPECT_EQ(hex(handshake.client),
            "ec33ff7a4d1e040accde88d83a61b50f95f4a5e09b0e1f58"
            "2095aa9c97d13c877440e41913dff20eb239677df64288a8");
  EXPECT_EQ(hex(handshake.server),
            "1cc28cfa94244e63da495b4d50f88720779de00c78185f0b"
            "c1b8ee0e639358c5e2e2a33178b197457e41217ad44fa91d");
  EXPECT_EQ(hex(finished_mac(context, handshake.server, server_finished)),
            "b1afd32fba7f2f619cd580f90efd7864d59d8504fc0fae58"
            "06f2d3b1e20952ae762c33fdba37c1640baf3634eb188f5d");
  const auto application = schedule.application(server_finished);
  EXPECT_EQ(hex(application.traffic.client),
            "9f00dad233cd276e792598da0bb830a70e4be06fa4364711"
            "68c6a6ba83090a2c1c1f448d7f85cc24a410e982081c3a6c");
  EXPECT_EQ(hex(application.traffic.server),
            "122e8fc0c2b4036038c98f1aeb722c6dd775f013ac1a6e5e"
            "ecd070062ab1f6e8b42e5c176655f60453fe6206bbdfe7cc");
  EXPECT_EQ(hex(application.exporter),
            "63e7ad3ee701b6b6ce6f5dff1fd959d54336b5e50327851b"
            "0dc7aa4ba356567309d70b7c53eb53c062ab3d5520c6344b");
  EXPECT_EQ(hex(schedule.resumption(client_finished)),
            "d9c40dd5e132c8b9245b3d035cdb494c558139f348229cc2"
            "88109978c81301abcc0b053fd815a4b33584cd490e65ca89");
}

TEST_F(KeyScheduleTest, LadderWithTicket) {
  KeySchedule schedule(context, Bytes(48, std::byte{0x22}));
  EXPECT_EQ(hex(schedule.handshake(shared_secret, server_hello).client),
            "a9bdcc5a4edebe4e83f0767e667b74f00e59fa3fbb838a22"
            "4c5a70d1fd5f7ad670c0a2b2ea811b1799cc3b08ae0401dc");
  EXPECT_EQ(hex(schedule.application(server_finished).traffic.server),
            "4f37ac137dac2411816b91dc07f8884053a06556096a2288"
            "098f48d7669deb09b96246edf2d0a9f96827670d2ee6abc3");
}

// AV-KEY-4, AV-KEY-9
TEST_F(KeyScheduleTest, KeysOfATrafficSecretAndItsSuccessor) {
  const Bytes bytes = from_hex(
      "122e8fc0c2b4036038c98f1aeb722c6dd775f013ac1a6e5e"
      "ecd070062ab1f6e8b42e5c176655f60453fe6206bbdfe7cc");
  const ScheduleSecret secret(std::span<const std::byte, hash_size>{bytes});
  const PacketKey key = packet_key(context, secret);
  EXPECT_EQ(hex(key.key), "fc6eb46f3a200b044cb52860bfbbc415626f14e49797d4aa18a3dd252d8ff278");
  EXPECT_EQ(hex(key.iv), "48106b5aa9f79d797a849640");
  EXPECT_EQ(hex(next_generation(context, secret)),
            "0233e0f6267315ba5d9e29587c3dece51cfbc08e6cd89041"
            "0bbc8524cf4d52a31fddffed2b32dac00f73e60d3ca7d29a");
}

TEST_F(KeyScheduleTest, EverySecretDependsOnTheTranscript) {
  KeySchedule a(context), b(context);
  EXPECT_NE(a.handshake(shared_secret, server_hello).client,
            b.handshake(shared_secret, server_finished).client);
  const auto of_a = a.application(server_finished), of_b = b.application(client_finished);
  EXPECT_NE(of_a.traffic.client, of_b.traffic.client);
  EXPECT_NE(of_a.exporter, of_b.exporter);
  EXPECT_NE(a.resumption(server_finished), a.resumption(client_finished));
}

}  // namespace
}  // namespace avocet::crypto
