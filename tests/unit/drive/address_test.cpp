#include "endpoints/drive/address.hpp"

#include <gtest/gtest.h>

namespace avocet::drive {
namespace {

constexpr PeerAddress v6_loopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 4747};

TEST(Address, SurvivesTheKernelsForm) {
  const PeerAddress v4 = PeerAddress::v4(192, 0, 2, 1, 4747);
  EXPECT_EQ(from_socket_address(to_socket_address(v4, AF_INET).storage), v4);
  EXPECT_EQ(from_socket_address(to_socket_address(v4, AF_INET6).storage), v4) << "mapped, on an IPv6 socket";
  EXPECT_EQ(from_socket_address(to_socket_address(v6_loopback, AF_INET6).storage), v6_loopback);
  EXPECT_EQ(from_socket_address({}), PeerAddress{}) << "unknown families are unknown addresses";
}

TEST(Address, TakesHostAndPortApart) {
  EXPECT_EQ(parse_host_port("example.net:5000"), (HostPort{"example.net", 5000}));
  EXPECT_EQ(parse_host_port("example.net", 4747), (HostPort{"example.net", 4747}));
  EXPECT_EQ(parse_host_port("[::1]:5000"), (HostPort{"::1", 5000}));
  EXPECT_EQ(parse_host_port("[::1]", 4747), (HostPort{"::1", 4747}));
  EXPECT_EQ(parse_listen("5000"), (HostPort{"", 5000}));
  EXPECT_EQ(parse_listen(":5000"), (HostPort{"", 5000}));
  EXPECT_EQ(parse_listen("127.0.0.1:0"), (HostPort{"127.0.0.1", 0}));
}

TEST(Address, SaysWhatIsWrong) {
  const auto expect_error = [](std::expected<HostPort, std::string> parsed, std::string_view mention) {
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().find(mention), std::string::npos) << parsed.error();
  };
  expect_error(parse_host_port("host"), "a port too");
  expect_error(parse_host_port("", 4747), "a host");
  expect_error(parse_host_port(":4747"), "a host");
  expect_error(parse_host_port("host:"), "1 to 65535");
  expect_error(parse_host_port("host:0"), "1 to 65535");
  expect_error(parse_host_port("host:65536"), "1 to 65535");
  expect_error(parse_host_port("host:47x"), "1 to 65535");
  expect_error(parse_host_port("host:-1"), "1 to 65535");
  expect_error(parse_host_port("::1:4747"), "brackets");
  expect_error(parse_host_port("[::1"), "']'");
  expect_error(parse_host_port("[::1]x"), "':'");
  expect_error(parse_host_port("[::1]:"), "1 to 65535");
  expect_error(parse_listen("99999"), "1 to 65535");
}

TEST(Address, LooksUpNumbersAndNames) {
  EXPECT_EQ(resolve({"127.0.0.1", 4747}), (std::vector{PeerAddress::v4(127, 0, 0, 1, 4747)}));
  EXPECT_EQ(resolve({"::1", 4747}), (std::vector{v6_loopback}));
  EXPECT_EQ(resolve({"", 4747}), (std::vector{PeerAddress{{}, 4747}}));
  const auto unknown = resolve({"no-such-host.invalid", 4747});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().find("no-such-host.invalid"), std::string::npos);
}

}  // namespace
}  // namespace avocet::drive
