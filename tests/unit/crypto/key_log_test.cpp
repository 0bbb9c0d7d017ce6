#include "protocol/crypto/key_log.hpp"

#include <gtest/gtest.h>

namespace avocet::crypto {
namespace {

// AV-KEY-8
TEST(KeyLog, LinesAreLabelRandomValue) {
  const Bytes random = from_hex("00112233"), value = from_hex("c0ffee");
  EXPECT_EQ(key_log_line(key_log::client_handshake, random, value),
            "AVOCET_CLIENT_HANDSHAKE_TRAFFIC_SECRET 00112233 c0ffee");
  EXPECT_EQ(key_log_line(key_log::connection_id, random, value), "AVOCET_CONNECTION_ID 00112233 c0ffee");
}

TEST(KeyLog, TrafficSecretsCarryTheirGeneration) {
  const Bytes random = from_hex("00112233"), value = from_hex("c0ffee");
  EXPECT_EQ(key_log_line(key_log::client_traffic, 0, random, value),
            "AVOCET_CLIENT_TRAFFIC_SECRET_0 00112233 c0ffee");
  EXPECT_EQ(key_log_line(key_log::server_traffic, 12, random, value),
            "AVOCET_SERVER_TRAFFIC_SECRET_12 00112233 c0ffee");
}

}  // namespace
}  // namespace avocet::crypto
