#include "protocol/wire/reader.hpp"

#include <gtest/gtest.h>

#include "protocol/wire/codec.hpp"
#include "protocol/wire/frames.hpp"
#include "protocol/wire/packets.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::wire {
namespace {

std::uint64_t varint_of(std::string_view hex, Fault expected = Fault::none) {
  const Bytes bytes = from_hex(hex);
  Reader reader(bytes);
  const std::uint64_t value = reader.varint();
  EXPECT_EQ(reader.error().fault, expected) << hex;
  return value;
}

/// RFC 9000 appendix A.1.
TEST(Varint, ReadsTheSamplesOfTheRfc) {
  EXPECT_EQ(varint_of("c2197c5eff14e88c"), 151288809941952652u);
  EXPECT_EQ(varint_of("9d7f3e7d"), 494878333u);
  EXPECT_EQ(varint_of("7bbd"), 15293u);
  EXPECT_EQ(varint_of("25"), 37u);
}

// AV-ENC-2
TEST(Varint, RefusesLongFormsOfShortNumbers) {
  varint_of("4025", Fault::non_canonical);
  varint_of("80003fff", Fault::non_canonical);
  varint_of("c00000003fffffff", Fault::non_canonical);
  EXPECT_EQ(varint_of("4040"), 64u);
  EXPECT_EQ(varint_of("80004000"), 16384u);
}

TEST(Varint, RefusesWhatIsCutShort) {
  varint_of("", Fault::truncated);
  varint_of("7b", Fault::truncated);
  varint_of("c2197c5eff14e8", Fault::truncated);
}

TEST(Reader, TheFirstFaultSticks) {
  const Bytes bytes = from_hex("4025 01");
  Reader reader(bytes);
  reader.enter("first");
  reader.varint();
  reader.enter("second");
  EXPECT_EQ(reader.big_endian(1), 0u);
  EXPECT_EQ(reader.error(), (DecodeError{Fault::non_canonical, "first", 0}));
}

TEST(Reader, SaysWhichFieldWasCutShort) {
  const Bytes bytes = from_hex("20 1122334455667788 0001");
  const auto header = decode<SealedHeader>(bytes);
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error(), (DecodeError{Fault::truncated, "number", 9}));
}

// AV-ENC-7
TEST(Reader, NothingMayTrail) {
  const auto stop = decode<RetireId>(from_hex("05 00"));
  ASSERT_FALSE(stop);
  EXPECT_EQ(stop.error().fault, Fault::trailing);
}

// AV-ENC-5
TEST(Reader, ReservedBitsMustBeZero) {
  EXPECT_EQ(decode<ClearPacket>(from_hex("29 41564f43 0000")).error().fault, Fault::non_canonical);
  EXPECT_TRUE(decode<ClearPacket>(from_hex("28 41564f43 0000")));
}

// AV-ENC-6
TEST(Reader, TextMustBeUtf8) {
  EXPECT_TRUE(decode<Bye>(from_hex("02 c3a9 00")));
  EXPECT_EQ(decode<Bye>(from_hex("02 c328 00")).error().fault, Fault::bad_text);
  EXPECT_EQ(decode<Bye>(from_hex("03 eda080 00")).error().fault, Fault::bad_text);  // a surrogate
  EXPECT_EQ(decode<Bye>(from_hex("02 c0af 00")).error().fault, Fault::bad_text);    // an overlong slash
}

// AV-ENC-9
TEST(Reader, CountsAreCheckedBeforeAnythingIsReserved) {
  // Catalogue with 63 titles announced and no bytes to hold them.
  EXPECT_EQ(decode<Catalogue>(from_hex("00 3f")).error().fault, Fault::truncated);
  EXPECT_EQ(decode<Catalogue>(from_hex("00 4041")).error().fault, Fault::out_of_bounds);
}

// AV-ACK-3
TEST(Ack, RunsMayNotPassBelowZero) {
  EXPECT_TRUE(decode<Ack>(from_hex("05 00 00 05 00 00 00")));
  EXPECT_EQ(decode<Ack>(from_hex("05 00 00 06 00 00 00")).error().fault, Fault::contradiction);
  EXPECT_TRUE(decode<Ack>(from_hex("05 00 00 01 01 00 02 00 00")));
  EXPECT_EQ(decode<Ack>(from_hex("05 00 00 01 01 01 02 00 00")).error().fault, Fault::contradiction);
}

// AV-SVC-1
TEST(Messages, AreFoundOnAStream) {
  Bytes stream = frame_message(Bye{.reason = "tea", .extensions = {}});
  const Bytes whole = stream;
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const auto next = next_message(ByteView(whole).first(cut), 100);
    ASSERT_TRUE(next);
    EXPECT_FALSE(*next);
  }
  const auto next = next_message(whole, 100);
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->type, Wire<Bye>::type);
  EXPECT_EQ((*next)->header + (*next)->body, whole.size());
  EXPECT_FALSE(next_message(whole, 2)) << "a body above the bound is refused before it is there";
}

// AV-SVC-2
TEST(Messages, UnknownTypesFault) {
  EXPECT_EQ(read_message<ServiceMessages>(999, {}, [](const auto&) {}).fault, Fault::unknown_type);
  EXPECT_EQ(read_all<Frames>(from_hex("3f"), [](const auto&) {}).fault, Fault::unknown_type);
}

}  // namespace
}  // namespace avocet::wire
