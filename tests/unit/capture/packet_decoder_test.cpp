#include "analysis/capture/packet_decoder.hpp"

#include <gtest/gtest.h>

#include "analysis/report/pcapng_writer.hpp"

namespace avocet::capture {
namespace {

constexpr PeerAddress here = PeerAddress::v4(192, 0, 2, 1, 4747),
                      there = PeerAddress::v4(192, 0, 2, 9, 50000);

Bytes joined(std::string_view hex, const Bytes& rest) {
  Bytes out = from_hex(hex);
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

class PacketDecoderTest : public testing::Test {
 protected:
  std::optional<NetworkPacket> decode(Link link, const Bytes& bytes, std::size_t cut_to = ~std::size_t{0}) {
    kept_ = bytes;
    return decoder_.decode({.at = 1,
                            .link = link,
                            .bytes = ByteView(kept_).first(std::min(cut_to, kept_.size())),
                            .length = kept_.size()});
  }
  /// "hello" from here to there.
  Bytes udp() { return report::ipv4_udp(here, there, Ecn::ce, as_bytes("hello")); }

  void expect_hello(const std::optional<NetworkPacket>& packet) {
    ASSERT_TRUE(packet);
    EXPECT_EQ(as_text(packet->payload), "hello");
    EXPECT_EQ(packet->from, here);
    EXPECT_EQ(packet->to, there);
    EXPECT_EQ(packet->ecn, Ecn::ce);
    EXPECT_EQ(packet->ip_size, 33u);
    EXPECT_FALSE(packet->cut());
  }

  PacketDecoder decoder_;
  Bytes kept_;
};

TEST_F(PacketDecoderTest, ReadsEveryLinkLayer) {
  constexpr std::string_view macs = "020000000001020000000002";
  expect_hello(decode(Link::raw, udp()));
  expect_hello(decode(Link::ipv4, udp()));
  expect_hello(decode(Link::ethernet, joined(std::string(macs) + "0800", udp())));
  expect_hello(decode(Link::ethernet, joined(std::string(macs) + "810000070800", udp())));
  expect_hello(decode(Link::ethernet, joined(std::string(macs) + "88a80007810000080800", udp())));
  expect_hello(decode(Link::ethernet, joined(std::string(macs) + "8864110000010023 0021", udp())));
  expect_hello(decode(Link::linux_sll, joined("00000001000600000000000000000800", udp())));
  expect_hello(decode(Link::linux_sll2, joined("0800000000000001000100060000000000000000", udp())));
  expect_hello(decode(Link::null, joined("02000000", udp())));
  expect_hello(decode(Link::loop, joined("00000002", udp())));
}

TEST_F(PacketDecoderTest, PassesOverEthernetsPadding) {
  Bytes frame = joined("0200000000010200000000020800", udp());
  frame.resize(60);
  expect_hello(decode(Link::ethernet, frame));
}

TEST_F(PacketDecoderTest, ReadsIpv6AndItsExtensionHeaders) {
  // 2001:db8::1 to 2001:db8::2, destination options (8 bytes) before UDP; ECT(0).
  const auto packet = decode(Link::raw, from_hex("60200000 0015 3c 40 20010db8000000000000000000000001"
                                                 "20010db8000000000000000000000002"
                                                 "1100010400000000 128b c350 000d 0000 68656c6c6f"));
  ASSERT_TRUE(packet);
  EXPECT_EQ(as_text(packet->payload), "hello");
  EXPECT_EQ(to_string(packet->from), "[2001:db8::1]:4747");
  EXPECT_EQ(packet->ecn, Ecn::ect0);
  EXPECT_EQ(packet->hops, 64);
}

TEST_F(PacketDecoderTest, PutsFragmentsTogetherInAnyOrder) {
  const Bytes payload(3000, std::byte{7});
  const Bytes whole = report::ipv4_udp(here, there, Ecn::not_ect, payload);
  const auto fragment = [&](std::size_t begin, std::size_t end, bool more) {
    Bytes out(whole.begin(), whole.begin() + 20);
    out.insert(out.end(), whole.begin() + 20 + static_cast<std::ptrdiff_t>(begin),
               whole.begin() + 20 + static_cast<std::ptrdiff_t>(end));
    const std::size_t size = out.size(), flags = begin / 8 | (more ? 0x2000 : 0);
    out[2] = static_cast<std::byte>(size >> 8), out[3] = static_cast<std::byte>(size);
    out[6] = static_cast<std::byte>(flags >> 8), out[7] = static_cast<std::byte>(flags);
    return out;
  };
  EXPECT_FALSE(decode(Link::raw, fragment(2800, 3008, false)));
  EXPECT_FALSE(decode(Link::raw, fragment(0, 1400, true)));
  EXPECT_FALSE(decode(Link::raw, fragment(0, 1400, true)));  // a duplicate
  const auto packet = decode(Link::raw, fragment(1400, 2800, true));
  ASSERT_TRUE(packet);
  EXPECT_EQ(Bytes(packet->payload.begin(), packet->payload.end()), payload);
  EXPECT_EQ(packet->from, here);
  EXPECT_EQ(decoder_.counters().fragments, 4u);
}

TEST_F(PacketDecoderTest, HoldsLittleForFragmentsThatNeverEnd) {
  Bytes fragment = report::ipv4_udp(here, there, Ecn::not_ect, Bytes(64));
  for (unsigned id = 0; id < 1000; ++id) {
    fragment[4] = static_cast<std::byte>(id >> 8), fragment[5] = static_cast<std::byte>(id);
    fragment[6] = std::byte{0x20};
    EXPECT_FALSE(decode(Link::raw, fragment));
  }
}

TEST_F(PacketDecoderTest, TellsWhatTheCaptureHasCut) {
  const auto packet = decode(Link::raw, udp(), 30);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->cut());
  EXPECT_EQ(as_text(packet->payload), "he");
  EXPECT_EQ(packet->payload_size, 5u);
  EXPECT_FALSE(decode(Link::raw, udp(), 25));
  EXPECT_EQ(decoder_.counters().malformed, 1u);
  EXPECT_EQ(decoder_.counters().cut, 2u);
}

TEST_F(PacketDecoderTest, ReadsWhatOffloadHasLeftLargerThanItsLengthField) {
  Bytes super = report::ipv4_udp(here, there, Ecn::not_ect, Bytes(70000, std::byte{1}));
  super[2] = super[3] = std::byte{0};    // IP
  super[24] = super[25] = std::byte{0};  // UDP
  const auto packet = decode(Link::raw, super);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload.size(), 70000u);
}

TEST_F(PacketDecoderTest, CountsWhatItCannotRead) {
  EXPECT_FALSE(decode(static_cast<Link>(147), udp()));
  EXPECT_FALSE(decode(Link::ethernet, from_hex("0200000000010200000000020806")));
  EXPECT_FALSE(decode(Link::raw, from_hex("45")));
  EXPECT_FALSE(decode(Link::raw, {}));
  EXPECT_EQ(decoder_.counters().unknown_link, 1u);
  EXPECT_EQ(decoder_.counters().not_ip, 1u);
  EXPECT_EQ(decoder_.counters().malformed, 2u);
}

}  // namespace
}  // namespace avocet::capture
