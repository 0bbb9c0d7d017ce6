#include "analysis/output/embed_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "analysis/capture/capture_file.hpp"
#include "analysis/report/pcapng_writer.hpp"

namespace avocet::analysis {
namespace {

TEST(EmbedKeys, KeepsEveryPacketAndOurLinesOnly) {
  const std::string stem = testing::TempDir() + "avocet-embed-keys";
  const std::string capture = stem + ".pcapng", keys = stem + ".keys", out = stem + ".out.pcapng";
  const std::string ours = "AVOCET_CONNECTION_ID " + std::string(64, 'a') + " 0102030405060708";
  const PeerAddress here = PeerAddress::v4(192, 0, 2, 1, 4747);
  {
    std::ofstream stream(capture, std::ios::binary);
    report::PcapngWriter writer(stream, "here", "test");
    for (int i = 0; i < 3; ++i) {
      writer.packet(1'700'000'000'000'000'001 + i, report::ipv4_udp(here, here, Ecn::ce, as_bytes("x")),
                    report::PcapngWriter::Direction::inbound);
    }
    std::ofstream(keys) << "CLIENT_RANDOM secret-of-a-browser 00\n" << ours << '\n';
  }
  EXPECT_EQ(embed_keys(capture, keys, out), "");
  EXPECT_NE(embed_keys(capture, keys, capture).find("the capture itself"), std::string::npos);

  auto before = capture::CaptureFile::open(capture), after = capture::CaptureFile::open(out);
  ASSERT_TRUE(before && after);
  for (int i = 0; i < 3; ++i) {
    const auto one = before->next(), other = after->next();
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->at, other->at);
    EXPECT_TRUE(std::ranges::equal(one->bytes, other->bytes));
  }
  EXPECT_FALSE(after->next());
  EXPECT_EQ(after->trouble(), "");

  std::ifstream in(out, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_NE(text.find(ours), std::string::npos);
  EXPECT_EQ(text.find("browser"), std::string::npos);
  EXPECT_EQ(std::filesystem::status(out).permissions() & std::filesystem::perms::others_read,
            std::filesystem::perms::none);
  for (const std::string& file : {capture, keys, out}) std::filesystem::remove(file);
}

}  // namespace
}  // namespace avocet::analysis
