#include "protocol/crypto/secret.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <new>

namespace avocet::crypto {
namespace {

TEST(Secret, IsZeroAtFirst) {
  const Secret<5> secret;
  for (std::byte b : secret.bytes()) EXPECT_EQ(b, std::byte{0});
}

TEST(Secret, WipesItselfWhenItGoes) {
  std::array<std::byte, 16> value;
  value.fill(std::byte{0xcc});
  alignas(Secret<16>) std::array<std::byte, sizeof(Secret<16>)> storage;
  auto* secret = new (storage.data()) Secret<16>(value);
  EXPECT_EQ(to_hex(ByteView(*secret)), "cccccccccccccccccccccccccccccccc");
  std::destroy_at(secret);
  EXPECT_EQ(to_hex(storage), "00000000000000000000000000000000");
}

TEST(Secret, EqualityLooksAtEveryByteAndTheSize) {
  EXPECT_TRUE(equal_in_constant_time(as_bytes("same"), as_bytes("same")));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("same"), as_bytes("samE")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("same"), as_bytes("Same")));
  EXPECT_FALSE(equal_in_constant_time(as_bytes("same"), as_bytes("sam")));
}

}  // namespace
}  // namespace avocet::crypto
