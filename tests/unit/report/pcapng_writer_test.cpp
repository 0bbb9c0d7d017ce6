#include "analysis/report/pcapng_writer.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace avocet::report {
namespace {

std::string hex(const std::string& text) { return to_hex(as_bytes(text)); }

TEST(PcapngWriter, DescribesOneInterfaceWithNanoseconds) {
  std::ostringstream out;
  PcapngWriter(out, "eth0", "x");
  // Section header: type, length, magic, version 1.0, unknown length, shb_userappl "x", end of options.
  EXPECT_EQ(hex(out.str()).substr(0, 80),
            "0a0d0d0a"
            "28000000"
            "4d3c2b1a"
            "01000000"
            "ffffffffffffffff"
            "04000100"
            "78000000"
            "00000000"
            "28000000");
  // Interface: LINKTYPE_RAW, if_name, if_tsresol 9.
  EXPECT_EQ(hex(out.str()).substr(80),
            "01000000"
            "28000000"
            "65000000"
            "00000000"
            "02000400"
            "65746830"
            "09000100"
            "09000000"
            "00000000"
            "28000000");
}

TEST(PcapngWriter, WritesPacketsWithTimeAndDirection) {
  std::ostringstream out;
  PcapngWriter writer(out, "a", "x");
  const std::size_t before = out.str().size();
  const Bytes ip = from_hex("4500aabbcc");
  writer.packet(0x1'2345'6789, ip, PcapngWriter::Direction::outbound);
  EXPECT_EQ(hex(out.str().substr(before)),
            "06000000"
            "34000000"
            "00000000"
            "01000000"
            "89674523"
            "05000000"
            "05000000"
            "4500aabbcc000000"
            "02000400"
            "02000000"
            "00000000"
            "34000000");
}

TEST(Ipv4Udp, PutsHeadersBeforeTheDatagram) {
  const Bytes packet = ipv4_udp(PeerAddress::v4(10, 0, 0, 1, 4747), PeerAddress::v4(10, 0, 0, 2, 80),
                                Ecn::ect0, as_bytes("hi"));
  // The header's checksum by hand: 4502 + 001e + 0000 + 4000 + 4011 + 0a00 + 0001 + 0a00 + 0002 = d934.
  EXPECT_EQ(to_hex(packet),
            "4502001e"
            "00004000"
            "401126cb"
            "0a000001"
            "0a000002"
            "128b0050000a0000"
            "6869");
}

}  // namespace
}  // namespace avocet::report
