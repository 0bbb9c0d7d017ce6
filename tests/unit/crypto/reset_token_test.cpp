#include "protocol/crypto/reset_token.hpp"

#include <gtest/gtest.h>

namespace avocet::crypto {
namespace {

// AV-RST-1
TEST(ResetToken, IsTheStartOfAnHmacOfTheConnectionId) {
  const Context context(Entropy::of(1));
  Secret<32> key;
  for (std::byte& b : key.bytes()) b = std::byte{1};
  // Computed by a separate program (Python's hmac and hashlib).
  EXPECT_EQ(to_hex(ByteView(reset_token(context, key, {0x0102030405060708}))),
            "d2e42f546ef1e09bc8fcad55b49c19d7");
  EXPECT_NE(reset_token(context, key, {0x0102030405060709}), reset_token(context, key, {0x0102030405060708}));
}

}  // namespace
}  // namespace avocet::crypto
