#include <gtest/gtest.h>

#include "tests/support/count_allocations.hpp"
#include "tests/unit/media/transfer.hpp"

namespace avocet::media {
namespace {

TEST(MediaAllocation, WritingAndItsReportsAllocateNothing) {
  constexpr TrackId video{1};
  MediaSender sender{MediaSender::Config{}};
  sender.open_track(video, {});
  sender.set_path({100ms, 1ms, 0.05});
  const auto payload = std::make_shared<Bytes>(16'000);
  Bytes room(1171);
  Time now = testing::origin;
  std::size_t counted = 0, packets = 0;
  const auto round = [&](std::uint64_t n) {
    sender.send(now, video, {.number = FrameNumber{n}, .key = n % 15 == 0, .payload = payload}, now + 200ms);
    const std::size_t before = allocations;
    Sent sent[64];
    std::size_t count = 0;
    for (wire::Writer packet(room); sender.write_next(now, packet, sent[count]);
         packet = wire::Writer(room)) {
      ++count, ++packets;
    }
    now += 33ms;
    for (std::size_t i = 0; i < count; ++i) {
      const bool lost = (i + n) % 20 == 0;
      if (sent[i].parity) continue;
      if (lost) sender.on_lost(now, video, sent[i].fragment);
      if (!lost) sender.on_acked(video, sent[i].fragment);
    }
    counted += allocations - before;
  };
  for (std::uint64_t n = 0; n < 200; ++n) round(n);
  counted = packets = 0;
  for (std::uint64_t n = 200; n < 2000; ++n) round(n);
  EXPECT_GT(packets, 20'000u);
  EXPECT_EQ(counted, 0u);
}

TEST(MediaAllocation, ReceivingAllocatesPerFrameNotPerFragment) {
  constexpr TrackId video{1};
  MediaSender sender{MediaSender::Config{}};
  Reassembler receiver{Reassembler::Config{}};
  sender.open_track(video, {});
  const auto payload = std::make_shared<Bytes>(50'000);
  Bytes room(1171);
  const Time now = testing::origin;
  std::size_t counted = 0, fragments = 0, frames = 0;
  const auto round = [&](std::uint64_t n) {
    sender.send(now, video, {.number = FrameNumber{n}, .payload = payload}, std::nullopt);
    Sent sent;
    for (wire::Writer packet(room); sender.write_next(now, packet, sent); packet = wire::Writer(room)) {
      const std::size_t before = allocations;
      wire::read_all<wire::Frames>(packet.written(), [&]<class F>(const F& frame) {
        if constexpr (std::is_same_v<F, wire::Media>) receiver.on_media(now, frame);
      });
      while (receiver.next()) ++frames;
      counted += allocations - before;
      ++fragments;
      sender.on_acked(video, sent.fragment);
    }
  };
  for (std::uint64_t n = 0; n < 20; ++n) round(n);
  counted = fragments = frames = 0;
  for (std::uint64_t n = 20; n < 220; ++n) round(n);
  EXPECT_EQ(frames, 200u);
  EXPECT_GT(fragments, 8000u);
  EXPECT_LE(counted, 2 * frames);  // the payload and its control block
}

}  // namespace
}  // namespace avocet::media
