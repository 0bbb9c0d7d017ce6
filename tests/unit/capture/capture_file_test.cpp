#include "analysis/capture/capture_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/capture/steady_clock.hpp"
#include "analysis/report/pcapng_writer.hpp"

namespace avocet::capture {
namespace {

constexpr PeerAddress here = PeerAddress::v4(192, 0, 2, 1, 4747),
                      there = PeerAddress::v4(192, 0, 2, 9, 50000);

class CaptureFileTest : public testing::Test {
 protected:
  ~CaptureFileTest() override { std::filesystem::remove(name_); }
  void write(const Bytes& bytes) {
    std::ofstream(name_, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  std::string name_ =
      testing::TempDir() + "avocet-" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(CaptureFileTest, ReadsPcapngInNanoseconds) {
  {
    std::ofstream out(name_, std::ios::binary);
    report::PcapngWriter writer(out, "here", "test");
    for (int i = 0; i < 3; ++i) {
      writer.packet(1'700'000'000'123'456'789 + i, report::ipv4_udp(here, there, Ecn::ect0, as_bytes("x")),
                    report::PcapngWriter::Direction::inbound);
    }
  }
  auto file = CaptureFile::open(name_);
  ASSERT_TRUE(file) << file.error();
  for (int i = 0; i < 3; ++i) {
    const auto record = file->next();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->at, 1'700'000'000'123'456'789 + i);
    EXPECT_EQ(record->link, Link::raw);
    EXPECT_EQ(record->length, 29u);
  }
  EXPECT_FALSE(file->next());
  EXPECT_EQ(file->trouble(), "");
  EXPECT_EQ(file->progress(), 1.0);
}

/// Big-endian pcap of microseconds, link type Ethernet: one packet of 4 bytes, and half of a second one.
const Bytes cut_pcap = from_hex(
    "a1b2c3d40002000400000000000000000000ffff00000001"
    "0000000a000000050000000400000009 01020304"
    "0000000a000000060000000400000004 0102");

TEST_F(CaptureFileTest, ReadsAFileThatEndsInAPacketUpToThere) {
  write(cut_pcap);
  auto file = CaptureFile::open(name_);
  ASSERT_TRUE(file);
  const auto record = file->next();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at, 10'000'005'000);
  EXPECT_EQ(record->link, Link::ethernet);
  EXPECT_EQ(record->bytes.size(), 4u);
  EXPECT_EQ(record->length, 9u);
  EXPECT_FALSE(file->next());
  EXPECT_NE(file->trouble().find("truncated"), std::string::npos) << file->trouble();
  EXPECT_FALSE(file->next());
}

TEST_F(CaptureFileTest, SaysWhatIsWrong) {
  EXPECT_NE(CaptureFile::open("/no/such/file").error().find("No such file"), std::string::npos);
  EXPECT_NE(CaptureFile::open(testing::TempDir()).error().find("folder"), std::string::npos);
  write({});
  EXPECT_FALSE(CaptureFile::open(name_));
  write(from_hex("1f8b0800000000000003000000000000000000000000000000"));
  EXPECT_NE(CaptureFile::open(name_).error().find("no capture"), std::string::npos);
}

TEST(SteadyClock, GoesOnWhenTheClockIsSetBack) {
  SteadyClock clock;
  EXPECT_EQ(clock.at(5'000'000'000), Time{});
  EXPECT_EQ(clock.at(5'100'000'000), Time(100ms));
  EXPECT_EQ(clock.at(5'099'000'000), Time(100ms));  // another interface
  EXPECT_EQ(clock.at(2'000'000'000), Time(100ms));  // set back
  EXPECT_EQ(clock.at(2'050'000'000), Time(150ms));
  EXPECT_EQ(clock.steps_back(), 1u);
  EXPECT_EQ(clock.out_of_order(), 1u);
  EXPECT_EQ(clock.largest_step().by, 3100ms);
  EXPECT_EQ(clock.largest_step().at, Time(100ms));
  EXPECT_EQ(clock.largest_step().record, 4u);
  EXPECT_EQ(clock.origin(), 5'000'000'000);
}

TEST(SteadyClock, IsNotDrivenOutOfItsNumbers) {
  constexpr std::int64_t year_2096 = 4'000'000'000'000'000'000;
  SteadyClock clock;
  Time before = clock.at(0);
  for (int i = 0; i < 10; ++i) {
    for (const std::int64_t at : {year_2096, std::int64_t{0}}) {
      const Time now = clock.at(at);
      EXPECT_GE(now, before);
      before = now;
    }
  }
  EXPECT_LE(before.time_since_epoch(), std::chrono::hours(24 * 365 * 100));
}

}  // namespace
}  // namespace avocet::capture
