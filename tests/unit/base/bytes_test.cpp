#include "protocol/base/bytes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cctype>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/base/entropy.hpp"

namespace avocet {
namespace {

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes out;
  for (int v : values) out.push_back(static_cast<std::byte>(v));
  return out;
}

TEST(Hex, IsLowerCaseAndTwoDigitsAByte) { EXPECT_EQ(to_hex(bytes_of({0x00, 0x0f, 0xa5, 0xff})), "000fa5ff"); }

TEST(Hex, OfNothingIsNothing) {
  EXPECT_EQ(to_hex({}), "");
  EXPECT_TRUE(from_hex("").empty());
}

TEST(Hex, IsReadInEitherCase) { EXPECT_EQ(from_hex("DEADbeef"), bytes_of({0xde, 0xad, 0xbe, 0xef})); }

TEST(Hex, MayBeLaidOutWithWhiteSpace) { EXPECT_EQ(from_hex(" 01 02\n\t0304\r\n"), bytes_of({1, 2, 3, 4})); }

TEST(Hex, IsEmptyWhenItIsNotHexadecimal) {
  for (const char* bad : {"0", "012", "0g", "0x01", "01-02", "zz"}) EXPECT_TRUE(from_hex(bad).empty()) << bad;
}

RC_GTEST_PROP(HexProperty, ReadsBackWhatItWrote, (const std::vector<std::uint8_t>& values)) {
  Bytes bytes;
  for (std::uint8_t v : values) bytes.push_back(std::byte{v});
  std::string hex = to_hex(bytes);
  RC_ASSERT(from_hex(hex) == bytes);
  for (char& c : hex) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  RC_ASSERT(from_hex(hex) == bytes);
}

TEST(Text, AndBytesAreTwoViewsOfOneThing) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(to_hex(as_bytes(text)), "610062");
  EXPECT_EQ(as_text(as_bytes(text)), text);
  EXPECT_EQ(as_text({}), "");
}

TEST(Entropy, OfANumberIsThatNumberLittleEndian) {
  EXPECT_EQ(to_hex(Entropy::of(0x0102).seed), "0201" + std::string(60, '0'));
  EXPECT_NE(Entropy::of(1).seed, Entropy::of(2).seed);
}

}  // namespace
}  // namespace avocet
