#include "protocol/base/address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <unordered_set>

namespace avocet {
namespace {

PeerAddress v6(const std::array<std::uint16_t, 8>& groups, std::uint16_t port) {
  PeerAddress address{{}, port};
  for (std::size_t i = 0; i < 8; ++i) {
    address.ip[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    address.ip[2 * i + 1] = static_cast<std::uint8_t>(groups[i]);
  }
  return address;
}

TEST(PeerAddress, WritesIpv4Dotted) {
  EXPECT_EQ(to_string(PeerAddress::v4(192, 0, 2, 1, 4747)), "192.0.2.1:4747");
  EXPECT_EQ(to_string(PeerAddress::v4(0, 0, 0, 0, 0)), "0.0.0.0:0");
  EXPECT_EQ(to_string(PeerAddress::v4(255, 255, 255, 255, 65535)), "255.255.255.255:65535");
}

TEST(PeerAddress, HoldsIpv4AsMappedIpv6) {
  EXPECT_EQ(PeerAddress::v4(192, 0, 2, 1, 7), v6({0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201}, 7));
  EXPECT_TRUE(PeerAddress::v4(127, 0, 0, 1, 1).is_v4());
  EXPECT_FALSE(v6({0, 0, 0, 0, 0, 0, 0x7f00, 1}, 1).is_v4());
  EXPECT_FALSE(v6({1, 0, 0, 0, 0, 0xffff, 0x7f00, 1}, 1).is_v4());
}

TEST(PeerAddress, UnknownIsAllZero) {
  EXPECT_FALSE(PeerAddress{}.is_v4());
  EXPECT_EQ(to_string(PeerAddress{}), "[::]:0");
}

// RFC 5952 section 4, rule by rule.
TEST(PeerAddress, Rfc5952DropsLeadingZerosAndUsesLowerCase) {
  EXPECT_EQ(to_string(v6({0x2001, 0x0db8, 0xA, 0xB0, 0xC00, 0xD000, 0xE, 0xF}, 80)),
            "[2001:db8:a:b0:c00:d000:e:f]:80");
}

TEST(PeerAddress, Rfc5952ShortensAsMuchAsPossible) {
  EXPECT_EQ(to_string(v6({0x2001, 0xdb8, 0, 0, 0, 0, 2, 1}, 1)), "[2001:db8::2:1]:1");
  EXPECT_EQ(to_string(v6({0, 0, 0, 0, 0, 0, 0, 1}, 1)), "[::1]:1");
  EXPECT_EQ(to_string(v6({0xfe80, 0, 0, 0, 0, 0, 0, 0}, 1)), "[fe80::]:1");
}

TEST(PeerAddress, Rfc5952DoesNotShortenOneGroup) {
  EXPECT_EQ(to_string(v6({0x2001, 0xdb8, 0, 1, 1, 1, 1, 1}, 1)), "[2001:db8:0:1:1:1:1:1]:1");
}

TEST(PeerAddress, Rfc5952ShortensTheLongestRun) {
  EXPECT_EQ(to_string(v6({0x2001, 0, 0, 1, 0, 0, 0, 1}, 1)), "[2001:0:0:1::1]:1");
}

TEST(PeerAddress, Rfc5952ShortensTheFirstOfEqualRuns) {
  EXPECT_EQ(to_string(v6({0x2001, 0xdb8, 0, 0, 1, 0, 0, 1}, 1)), "[2001:db8::1:0:0:1]:1");
}

// The system's own reader is the judge: what is written must mean the same address.
RC_GTEST_PROP(PeerAddressProperty, IsReadBackByTheSystem, ()) {
  std::array<std::uint16_t, 8> groups{};
  for (auto& group : groups) group = *rc::gen::element<std::uint16_t>(0, 0, 0, 1, 0xdb8, 0xffff);
  const PeerAddress address = v6(groups, 1);
  RC_PRE(!address.is_v4());
  const std::string text = to_string(address);
  std::array<std::uint8_t, 16> read{};
  RC_ASSERT(inet_pton(AF_INET6, text.substr(1, text.find(']') - 1).c_str(), read.data()) == 1);
  RC_ASSERT(read == address.ip);
}

TEST(PeerAddress, OrdersByAddressThenPort) {
  EXPECT_LT(PeerAddress::v4(10, 0, 0, 1, 9), PeerAddress::v4(10, 0, 0, 2, 1));
  EXPECT_LT(PeerAddress::v4(10, 0, 0, 1, 1), PeerAddress::v4(10, 0, 0, 1, 9));
}

TEST(PeerAddress, HashesTellPortsAndAddressesApart) {
  std::unordered_set<std::size_t> hashes;
  for (std::uint8_t last = 0; last < 100; ++last) {
    for (std::uint16_t port = 1000; port < 1100; ++port) {
      hashes.insert(std::hash<PeerAddress>{}(PeerAddress::v4(10, 0, 0, last, port)));
    }
  }
  EXPECT_EQ(hashes.size(), 10'000u);
}

}  // namespace
}  // namespace avocet
