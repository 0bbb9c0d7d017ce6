#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "protocol/session/receive_stream.hpp"
#include "protocol/session/send_stream.hpp"
#include "tests/unit/session/stream_bytes.hpp"

namespace avocet::session {
namespace {

using wire::CloseCode;

Bytes copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

// AV-FLOW-1
TEST(SendStream, SendsWhatWasWrittenUpToTheLimit) {
  SendStream stream(6);
  stream.write(pattern(0, 10));
  EXPECT_EQ(stream.sendable(100), 6u);
  EXPECT_EQ(stream.sendable(4), 4u);
  const auto chunk = stream.next_new(100);
  ASSERT_TRUE(chunk);
  EXPECT_EQ(copy(chunk->data), pattern(0, 6));
  EXPECT_FALSE(stream.next_new(100));
  stream.raise_limit(3);  // an older limit changes nothing
  EXPECT_EQ(stream.sendable(100), 0u);
  stream.raise_limit(20);
  EXPECT_EQ(copy(stream.next_new(100)->data), pattern(6, 4));
}

TEST(SendStream, SendsTheEndWithTheLastByteOrAlone) {
  SendStream stream(100);
  stream.write(pattern(0, 3));
  EXPECT_FALSE(stream.next_new(100)->fin);
  stream.finish();
  EXPECT_TRUE(stream.fin_sendable());
  const auto end = stream.next_new(0);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->fin);
  EXPECT_EQ(end->offset, 3u);
  EXPECT_TRUE(end->data.empty());
  stream.on_acked(0, 3, false);
  EXPECT_FALSE(stream.complete());
  stream.on_acked(3, 0, true);
  EXPECT_TRUE(stream.complete());
  EXPECT_EQ(stream.held(), 0u);
}

TEST(SendStream, SendsAgainExactlyWhatWasLostAndNotAcknowledged) {
  SendStream stream(100);
  stream.write(pattern(0, 30));
  (void)stream.next_new(30);
  stream.on_acked(10, 5, false);
  stream.on_lost(0, 20, false);
  const auto first = stream.next_lost(100);
  EXPECT_EQ(first->offset, 0u);
  EXPECT_EQ(copy(first->data), pattern(0, 10));
  const auto second = stream.next_lost(3);
  EXPECT_EQ(second->offset, 15u);
  EXPECT_EQ(copy(second->data), pattern(15, 3));
  stream.on_acked(18, 2, false);  // it was not lost after all
  EXPECT_FALSE(stream.has_lost());
}

TEST(SendStream, ALostEndIsSentAgain) {
  SendStream stream(100);
  stream.write(pattern(0, 3));
  stream.finish();
  EXPECT_TRUE(stream.next_new(100)->fin);
  stream.on_lost(0, 3, true);
  EXPECT_TRUE(stream.next_lost(100)->fin);
  EXPECT_FALSE(stream.has_lost());
  stream.on_acked(0, 3, true);
  stream.on_lost(0, 3, true);  // of the first copy, late
  EXPECT_FALSE(stream.has_lost());
}

TEST(SendStream, AnAcknowledgementTooScatteredToRememberIsSentAgain) {
  SendStream stream(1 << 20);
  stream.write(pattern(0, 5000));
  (void)stream.next_new(5000);
  for (std::uint64_t at = 1; at < 5000; at += 2) stream.on_acked(at, 1, false);
  stream.on_lost(0, 5000, false);
  std::vector<bool> resent(5000);
  while (const auto chunk = stream.next_lost(64)) {
    for (std::size_t i = 0; i < chunk->data.size(); ++i) resent[chunk->offset + i] = true;
  }
  for (std::size_t at = 0; at < 5000; at += 2) EXPECT_TRUE(resent[at]) << at;
  stream.on_acked(0, 5000, false);
  EXPECT_EQ(stream.held(), 0u);
}

// AV-STR-6
TEST(SendStream, AResetForgetsAllAndKeepsTheFinalSize) {
  SendStream stream(10);
  stream.write(pattern(0, 30));
  (void)stream.next_new(30);
  stream.on_lost(0, 10, false);
  stream.reset();
  EXPECT_EQ(stream.sent(), 10u);
  EXPECT_EQ(stream.held(), 0u);
  EXPECT_FALSE(stream.has_lost());
  EXPECT_FALSE(stream.writable());
  stream.on_lost(0, 10, true);
  stream.on_acked(0, 10, true);
  EXPECT_FALSE(stream.has_lost() || stream.complete());
}

// AV-STR-4
TEST(ReceiveStream, PutsPartsIntoOrder) {
  ReceiveStream stream(100);
  EXPECT_FALSE(stream.insert(5, pattern(5, 5), false));
  EXPECT_FALSE(stream.readable());
  EXPECT_FALSE(stream.insert(0, pattern(0, 7), false));
  EXPECT_TRUE(stream.readable());
  EXPECT_EQ(stream.read().data, pattern(0, 10));
  EXPECT_FALSE(stream.insert(0, pattern(0, 7), false));  // old news
  EXPECT_FALSE(stream.readable());
  EXPECT_FALSE(stream.insert(10, {}, true));
  EXPECT_TRUE(stream.readable());
  EXPECT_TRUE(stream.read().fin);
  EXPECT_TRUE(stream.complete());
  EXPECT_FALSE(stream.readable());
}

// AV-FLOW-2
TEST(ReceiveStream, HoldsTheLimit) {
  ReceiveStream stream(10);
  EXPECT_FALSE(stream.insert(9, pattern(9, 1), false));
  EXPECT_EQ(stream.insert(9, pattern(9, 2), false), CloseCode::flow_control);
  EXPECT_EQ(stream.insert(wire::max_varint, pattern(0, 1), false), CloseCode::flow_control);
  EXPECT_EQ(stream.reset(11), CloseCode::flow_control);
  EXPECT_FALSE(stream.limit_to_announce());
  EXPECT_FALSE(stream.insert(0, pattern(0, 5), false));
  EXPECT_EQ(stream.read().data.size(), 5u);
  EXPECT_EQ(stream.limit_to_announce(), 15u);
  EXPECT_EQ(stream.insert(10, pattern(10, 1), false), CloseCode::flow_control) << "not announced yet";
  stream.announced(15);
  EXPECT_FALSE(stream.insert(10, pattern(10, 5), false));
}

// AV-STR-5
TEST(ReceiveStream, AFinalSizeNeverChanges) {
  ReceiveStream stream(100);
  EXPECT_FALSE(stream.insert(0, pattern(0, 10), false));
  EXPECT_EQ(stream.insert(0, pattern(0, 9), true), CloseCode::final_size);
  EXPECT_EQ(stream.reset(9), CloseCode::final_size);
  EXPECT_FALSE(stream.insert(10, pattern(10, 2), true));
  EXPECT_EQ(stream.insert(12, pattern(12, 1), false), CloseCode::final_size);
  EXPECT_EQ(stream.insert(11, {}, true), CloseCode::final_size);
  EXPECT_EQ(stream.reset(13), CloseCode::final_size);
  EXPECT_FALSE(stream.insert(10, pattern(10, 2), true));
  EXPECT_FALSE(stream.reset(12));
  EXPECT_TRUE(stream.was_reset());
  EXPECT_EQ(stream.insert(0, pattern(0, 13), false), CloseCode::final_size);
  EXPECT_FALSE(stream.insert(0, pattern(0, 12), true));
  EXPECT_EQ(stream.held(), 0u);
}

TEST(ReceiveStream, AResetAfterTheEndWasReadChangesNothing) {
  ReceiveStream stream(100);
  EXPECT_FALSE(stream.insert(0, pattern(0, 4), true));
  EXPECT_TRUE(stream.read().fin);
  EXPECT_FALSE(stream.reset(4));
  EXPECT_FALSE(stream.was_reset());
}

// AV-STR-8
TEST(ReceiveStream, RefusesMoreHolesThanItRemembers) {
  ReceiveStream stream(1 << 20);
  std::optional<CloseCode> code;
  for (std::uint64_t at = 1; at < 4096 && !code; at += 2) code = stream.insert(at, pattern(at, 1), false);
  EXPECT_EQ(code, CloseCode::internal);
}

RC_GTEST_PROP(ReceiveStreamProperty, AnyPartsInAnyOrderGiveTheBytesOnce, ()) {
  const auto size = *rc::gen::inRange<std::uint64_t>(0, 200);
  ReceiveStream stream(size);
  Bytes got;
  bool ended = false;
  const auto take = [&] {
    RC_ASSERT(stream.held() <= size - got.size());
    auto [data, fin] = stream.read();
    got.insert(got.end(), data.begin(), data.end());
    ended |= fin;
  };
  const int parts = *rc::gen::inRange(0, 60);
  for (int i = 0; i < parts; ++i) {
    const auto begin = *rc::gen::inRange<std::uint64_t>(0, size + 1);
    const auto end = *rc::gen::inRange<std::uint64_t>(begin, size + 1);
    RC_ASSERT(!stream.insert(begin, pattern(begin, end - begin), end == size));
    if (*rc::gen::arbitrary<bool>()) take();
    RC_ASSERT(got == pattern(0, got.size()));
  }
  RC_ASSERT(!stream.insert(0, pattern(0, size), true));
  take();
  RC_ASSERT(ended);
  RC_ASSERT(got == pattern(0, size));
}

}  // namespace
}  // namespace avocet::session
