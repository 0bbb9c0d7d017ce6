#include "analysis/packets/packet_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/crypto/key_log.hpp"

namespace avocet::analysis {
namespace {

constexpr ConnectionId server_id{0x1122334455667788}, client_id{0x99aabbccddeeff00};

crypto::ScheduleSecret secret(int n) {
  crypto::ScheduleSecret out;
  std::ranges::fill(out.bytes(), static_cast<std::byte>(n));
  return out;
}

/// Two ends that seal, and the lines that they log.
class PacketReaderTest : public testing::Test {
 protected:
  PacketReaderTest() {
    log(std::string(crypto::key_log::connection_id), from_hex("1122334455667788"));
    log(std::string(crypto::key_log::connection_id), from_hex("99aabbccddeeff00"));
  }

  void log(const std::string& label, ByteView value) {
    EXPECT_TRUE(reader_.keys().add(crypto::key_log_line(label, Bytes(32, std::byte{7}), value)));
  }

  Bytes seal(const crypto::ScheduleSecret& with, std::uint64_t number, ConnectionId to, bool phase = false,
             wire::PacketKind kind = wire::PacketKind::protected_) {
    Bytes packet(wire::sealed_overhead + 1);
    wire::Writer header{ByteSpan(packet).first(wire::sealed_header_size)};
    wire::write_fields(header, wire::SealedHeader{.kind = kind,
                                                  .key_phase = phase,
                                                  .destination = to,
                                                  .number_low = static_cast<std::uint32_t>(number)});
    packet[wire::sealed_header_size] = std::byte{1};  // PING
    crypto::Sealer sealer(context_, crypto::packet_key(context_, with));
    EXPECT_TRUE(sealer.seal({number}, header.written(), ByteSpan(packet).subspan(wire::sealed_header_size)));
    return packet;
  }

  crypto::Context context_{Entropy::of(1)};
  PacketReader reader_;
};

TEST_F(PacketReaderTest, OpensBothDirectionsAndKnowsWhoSent) {
  log("AVOCET_CLIENT_TRAFFIC_SECRET_0", secret(1));
  log("AVOCET_SERVER_TRAFFIC_SECRET_0", secret(2));
  const auto up = reader_.read(seal(secret(1), 5, server_id));
  ASSERT_TRUE(up && up->opened);
  EXPECT_TRUE(up->from_client);
  EXPECT_EQ(up->number, PacketNumber{5});
  EXPECT_EQ(to_hex(up->frames), "01");
  const auto down = reader_.read(seal(secret(2), 9, client_id));
  ASSERT_TRUE(down && down->opened);
  EXPECT_FALSE(down->from_client);
}

TEST_F(PacketReaderTest, FollowsKeyUpdatesAlsoWithoutALineAndBackwards) {
  log("AVOCET_CLIENT_TRAFFIC_SECRET_0", secret(1));
  const auto next = crypto::next_generation(context_, secret(1));
  const auto updated = reader_.read(seal(next, 8, server_id, true));
  ASSERT_TRUE(updated && updated->opened);
  EXPECT_EQ(updated->generation, 1u);
  const auto late = reader_.read(seal(secret(1), 7, server_id, false));
  ASSERT_TRUE(late && late->opened);
  EXPECT_EQ(late->generation, 0u);
}

TEST_F(PacketReaderTest, OpensFromTheMiddleByTheGenerationInTheLog) {
  log("AVOCET_SERVER_TRAFFIC_SECRET_6", secret(3));
  const auto packet = reader_.read(seal(secret(3), 100, client_id, false));
  ASSERT_TRUE(packet && packet->opened);
  EXPECT_EQ(packet->generation, 6u);
}

TEST_F(PacketReaderTest, NamesWhatItCannotOpen) {
  const auto packet = reader_.read(seal(secret(9), 3, server_id));
  ASSERT_TRUE(packet);
  EXPECT_FALSE(packet->opened);
  EXPECT_EQ(packet->id, server_id);
  EXPECT_EQ(packet->number, PacketNumber{3});
}

TEST_F(PacketReaderTest, PassesOverWhatIsNotOurs) {
  EXPECT_FALSE(reader_.read({}));
  EXPECT_FALSE(reader_.read(from_hex("80000000")));
  EXPECT_FALSE(reader_.read(from_hex("2000")));
  EXPECT_FALSE(reader_.keys().add("CLIENT_RANDOM 00 11"));
  EXPECT_FALSE(reader_.keys().add("AVOCET_CONNECTION_ID 00 11"));
  EXPECT_FALSE(reader_.keys().add("# a comment"));
}

}  // namespace
}  // namespace avocet::analysis
