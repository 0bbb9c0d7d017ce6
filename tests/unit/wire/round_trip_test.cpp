#include <gtest/gtest.h>

#include "protocol/wire/handshake.hpp"
#include "protocol/wire/packets.hpp"
#include "protocol/wire/service.hpp"
#include "tests/support/generate.hpp"

namespace avocet::wire {
namespace {

constexpr std::uint64_t seeds = 300;

/// Calls `check` with values of every declared type.
template <class Check>
void for_every_type(Check check) {
  const auto all = [&]<class T>(std::type_identity<T> type) { check(type); };
  PacketHeaders::for_each(all);
  Frames::for_each(all);
  ClearMessages::for_each(all);
  HandshakeMessages::for_each(all);
  ServiceMessages::for_each(all);
  all(std::type_identity<FrameHead>{});
  all(std::type_identity<Shard>{});
}

TEST(RoundTrip, WhatIsWrittenIsReadAndWrittenAlike) {
  for_every_type([]<class T>(std::type_identity<T>) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      test::Generator generate(seed);
      const T value = generate.template make<T>();
      const Bytes bytes = encode(value);
      const auto back = decode<T>(bytes);
      ASSERT_TRUE(back) << Wire<T>::name << " seed " << seed << ": " << to_string(back.error().fault)
                        << " in " << back.error().field;
      if constexpr (std::equality_comparable<T>) {
        EXPECT_TRUE(*back == value) << Wire<T>::name << " seed " << seed;
      }
      EXPECT_EQ(encode(*back), bytes) << Wire<T>::name << " seed " << seed;
    }
  });
}

/// A message cut anywhere is refused, or it is another message that is whole by itself (fields that take the
/// rest).
TEST(RoundTrip, NoCutIsMistakenForTheWhole) {
  for_every_type([]<class T>(std::type_identity<T>) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      test::Generator generate(seed);
      const Bytes bytes = encode(generate.template make<T>());
      for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        const auto part = ByteView(bytes).first(cut);
        if (const auto back = decode<T>(part)) {
          EXPECT_TRUE(std::ranges::equal(encode(*back), part)) << Wire<T>::name;
        }
      }
    }
  });
}

/// Every value has one encoding: whatever is accepted is written back to the same bytes.
// AV-ENC-8
TEST(RoundTrip, AcceptedBytesAreCanonical) {
  for_every_type([]<class T>(std::type_identity<T>) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      test::Generator generate(seed);
      Bytes bytes = encode(generate.template make<T>());
      if (bytes.empty()) continue;
      for (int flips = 0; flips < 3; ++flips) {
        bytes[generate.numbers.below(bytes.size())] ^=
            static_cast<std::byte>(1u << generate.numbers.below(8));
      }
      if (const auto back = decode<T>(bytes)) {
        EXPECT_EQ(encode(*back), bytes) << Wire<T>::name << " seed " << seed;
      }
    }
  });
}

TEST(RoundTrip, TypesAreDistinctWithinTheirRegistry) {
  const auto distinct = []<class... Ts>(Registry<Ts...>) {
    const std::vector<std::uint64_t> types{Wire<Ts>::type...};
    for (std::size_t i = 0; i < types.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) EXPECT_NE(types[i], types[j]);
    }
  };
  distinct(Frames{});
  distinct(ClearMessages{});
  distinct(HandshakeMessages{});
  distinct(ServiceMessages{});
}

}  // namespace
}  // namespace avocet::wire
