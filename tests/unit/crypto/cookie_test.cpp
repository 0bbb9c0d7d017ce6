#include "protocol/crypto/cookie.hpp"

#include <gtest/gtest.h>

namespace avocet::crypto {
namespace {

class CookieTest : public testing::Test {
 protected:
  auto check_at(Time time, const CookieKey::Cookie& cookie) const {
    return key.check(context, time, binding, cookie);
  }

  Context context{Entropy::of(1)};
  const CookieKey key{Entropy::of(7)};
  const CookieBinding binding{1, PeerAddress::v4(192, 0, 2, 1, 4747), {0x0102030405060708}};
  const Hash hello = sha384(context, {as_bytes("hello")});
  const Time now = Time(500s);
};

TEST_F(CookieTest, HasTheLayoutThatItsHeaderDraws) {
  // Computed by a separate program (Python's hmac and hashlib).
  EXPECT_EQ(
      to_hex(key.make(context, now, binding, hello)),
      "04"
      "000000746a528800"
      "59e1748777448c69de6b800d7a33bbfb9ff1b463e44354c3553bcdb9c666fa90125a3c79f90397bdf5f6a13de828684f"
      "9c0be8c00b6cd2800da52625f17999fc18a562e69287ce6c82e35fd2fd5e9d29c66f39c5986326348237260234e2e9e8");
}

TEST_F(CookieTest, GivesBackTheHashOfTheHello) {
  const auto cookie = key.make(context, now, binding, hello);
  EXPECT_EQ(*check_at(now, cookie), hello);
  EXPECT_EQ(*check_at(now + 3s, cookie), hello);
}

// AV-HS-16
TEST_F(CookieTest, LivesTenSeconds) {
  const auto cookie = key.make(context, now, binding, hello);
  EXPECT_TRUE(check_at(now + 10s, cookie));
  EXPECT_EQ(check_at(now + 10s + 1ns, cookie).error(), CookieError::expired);
  EXPECT_EQ(check_at(now - 1ns, cookie).error(), CookieError::expired) << "from the future";
}

// AV-HS-16
TEST_F(CookieTest, OutlivesARotationOfTheKey) {
  for (int period = -3; period < 300; ++period) {
    const Time last = Time(period * CookieKey::rotation) - 1s;
    const auto cookie = key.make(context, last, binding, hello);
    EXPECT_TRUE(check_at(last + 5s, cookie));
    EXPECT_NE(key.make(context, last + 5s, binding, hello)[0], cookie[0]);
  }
}

// AV-HS-15
TEST_F(CookieTest, IsBoundToTheClientAndTheVersion) {
  const auto cookie = key.make(context, now, binding, hello);
  const auto refused = [&](const CookieBinding& other) {
    const auto result = key.check(context, now, other, cookie);
    return !result && result.error() == CookieError::forged;
  };
  CookieBinding other = binding;
  other.version = 2;
  EXPECT_TRUE(refused(other));
  other = binding, other.client = PeerAddress::v4(192, 0, 2, 2, 4747);
  EXPECT_TRUE(refused(other));
  other = binding, other.client.port = 4748;
  EXPECT_TRUE(refused(other));
  other = binding, ++other.client_id;
  EXPECT_TRUE(refused(other));
  EXPECT_EQ(CookieKey(Entropy::of(8)).check(context, now, binding, cookie).error(), CookieError::forged);
}

TEST_F(CookieTest, NoBitMayChange) {
  const auto cookie = key.make(context, now, binding, hello);
  for (std::size_t bit = 0; bit < 8 * cookie.size(); ++bit) {
    auto bad = cookie;
    bad[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    EXPECT_FALSE(check_at(now + 1s, bad)) << bit;
  }
}

TEST_F(CookieTest, OtherSizesAreMalformed) {
  const auto cookie = key.make(context, now, binding, hello);
  Bytes longer(cookie.begin(), cookie.end());
  longer.push_back(std::byte{0});
  EXPECT_EQ(key.check(context, now, binding, longer).error(), CookieError::malformed);
  for (std::size_t size = 0; size < cookie.size(); ++size) {
    EXPECT_EQ(key.check(context, now, binding, ByteView(cookie).first(size)).error(), CookieError::malformed);
  }
}

}  // namespace
}  // namespace avocet::crypto
