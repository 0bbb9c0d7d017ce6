#include "protocol/crypto/fingerprint.hpp"

#include <gtest/gtest.h>

namespace avocet::crypto {
namespace {

const std::string plain = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1dfeff";
const std::string colons =
    "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:FE:FF";

TEST(Fingerprint, ReadsBothSpellingsAndPrintsOne) {
  ASSERT_TRUE(parse_fingerprint(plain));
  EXPECT_EQ(to_string(*parse_fingerprint(plain)), plain);
  ASSERT_TRUE(parse_fingerprint(colons));
  EXPECT_EQ(parse_fingerprint(colons), parse_fingerprint(plain));
}

TEST(Fingerprint, RefusesWhatIsNotOne) {
  EXPECT_FALSE(parse_fingerprint(""));
  EXPECT_FALSE(parse_fingerprint(plain.substr(2)));
  EXPECT_FALSE(parse_fingerprint(plain + "00"));
  EXPECT_FALSE(parse_fingerprint("  " + plain.substr(2))) << "white space is not a digit";
  EXPECT_FALSE(parse_fingerprint("g" + plain.substr(1)));
  std::string shifted = colons;
  std::swap(shifted[2], shifted[3]);
  EXPECT_FALSE(parse_fingerprint(shifted));
  std::string dashes = colons;
  dashes[2] = '-';
  EXPECT_FALSE(parse_fingerprint(dashes));
}

}  // namespace
}  // namespace avocet::crypto
