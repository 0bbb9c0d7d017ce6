#include "protocol/media/nal.hpp"

#include <gtest/gtest.h>

namespace avocet::media {
namespace {

TrackConfig track(const char* codec, std::string_view record) {
  TrackConfig config;
  config.codec = codec;
  config.extradata = from_hex(record);
  return config;
}

//                             version, profile 3 bytes, lengths, SPS count, SPS, PPS count, PPS
const auto avc = track("h264", "01 64001f ff e1 0003 67aabb 01 0002 68cc");
//                              22 bytes, arrays, VPS array, SEI array (left out), SPS array
const auto hevc = track("hevc",
                        "01 0160000000900000000000 3cf000fcfdf8f800000f 03 20 0001 0002 4001 27 0001 0002 "
                        "4e01 21 0001 0003 420101");

TEST(Nal, ParameterSetsStandBehindTheirLengths) {
  EXPECT_EQ(nal_length_size(avc), 4u);
  EXPECT_EQ(to_hex(parameter_sets(avc)), "0000000367aabb0000000268cc");
  EXPECT_EQ(nal_length_size(hevc), 4u);
  EXPECT_EQ(to_hex(parameter_sets(hevc)), "00000002400100000003420101");
}

TEST(Nal, DamagedRecordsGiveNothing) {
  for (std::size_t size = 0; size < avc.extradata.size(); ++size) {
    auto shorter = avc;
    shorter.extradata.resize(size);
    EXPECT_TRUE(parameter_sets(shorter).empty()) << size;
  }
  EXPECT_FALSE(
      nal_length_size(track("h264", "00000001 67aabb 00000001 68cc")));  // a raw stream's start codes
  EXPECT_FALSE(nal_length_size(track("aac", "1190 56e5 00 00 00 00")));
}

TEST(Nal, AByteStreamHasStartCodesInsteadOfLengths) {
  Bytes out;
  append_byte_stream(out, from_hex("0003 67aabb 0000 0002 68cc 00ff 01"), 2);
  EXPECT_EQ(to_hex(out), "0000000167aabb0000000168cc") << "empty units and damage are left out";
}

TEST(Nal, APictureIsDiscardableWhenAllItsSlicesAre) {
  EXPECT_TRUE(is_discardable(
      avc, from_hex("00000002 0605 00000002 01aa 00000002 01bb")));  // SEI, slices with nal_ref_idc 0
  EXPECT_FALSE(is_discardable(avc, from_hex("00000002 01aa 00000002 41bb")));
  EXPECT_FALSE(is_discardable(avc, from_hex("00000002 65aa")));
  EXPECT_FALSE(is_discardable(avc, from_hex("00000002 0605"))) << "no picture";
  EXPECT_FALSE(is_discardable(avc, from_hex("000000ff 01aa"))) << "damaged";
  EXPECT_TRUE(is_discardable(hevc, from_hex("00000003 0001aa")));   // TRAIL_N
  EXPECT_FALSE(is_discardable(hevc, from_hex("00000003 0201aa")));  // TRAIL_R
  EXPECT_FALSE(is_discardable(hevc, from_hex("00000003 2601aa")));  // IDR_W_RADL
  EXPECT_FALSE(is_discardable(track("aac", "1190"), from_hex("0102")));
}

}  // namespace
}  // namespace avocet::media
