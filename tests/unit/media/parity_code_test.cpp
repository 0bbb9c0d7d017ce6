#include "protocol/media/parity_code.hpp"

#include <gtest/gtest.h>
#include <isa-l/erasure_code.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace avocet::media {
namespace {

// AV-FEC-1
TEST(ParityCode, IsTheCauchyMatrixOfIsaL) {
  for (unsigned count : {1u, 2u, 15u, 200u}) {
    std::vector<unsigned char> matrix(std::size_t{254} * count);
    gf_gen_cauchy1_matrix(matrix.data(), 254, static_cast<int>(count));
    for (unsigned row = 0; count + row < 254; ++row) {
      for (unsigned j = 0; j < count; ++j) {
        ASSERT_EQ(parity_coefficient(count, row, j), matrix[std::size_t{count + row} * count + j]);
      }
    }
  }
}

/// The example that specs/protocol.md works out by hand in section 12. AV-FEC-1, AV-FEC-4
TEST(ParityCode, AgreesWithTheExampleOfTheSpecification) {
  Bytes parity(7), room(16);
  add_to_parity(parity, 2, 0, 0, lay_out_shard(room, 0, from_hex("0a0b0c")));
  add_to_parity(parity, 2, 0, 1, lay_out_shard(room, 1, from_hex("0d")));
  EXPECT_EQ(to_hex(parity), "007b00f4f58b06");

  add_to_parity(parity, 2, 0, 1, lay_out_shard(room, 1, from_hex("0d")));
  const std::uint8_t row = 0, missing = 0;
  Bytes rebuilt;
  rebuild_shards(2, {&row, 1}, {&missing, 1}, {&parity, 1}, {&rebuilt, 1});
  EXPECT_EQ(to_hex(rebuilt), "000300000a0b0c");
}

// AV-FEC-5
RC_GTEST_PROP(ParityCode, AnyRowsRebuildAsManyShards, ()) {
  const unsigned count = *rc::gen::inRange(1u, 120u);
  const unsigned missing = *rc::gen::inRange(1u, std::min(count, 24u) + 1);
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());

  std::vector<Bytes> shards(count);
  for (Bytes& shard : shards) {
    shard.resize(5 + random() % 1200);
    for (std::byte& b : shard) b = static_cast<std::byte>(random());
  }
  std::vector<std::uint8_t> order(count), rows(254 - count);
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  std::iota(rows.begin(), rows.end(), std::uint8_t{0});
  std::ranges::shuffle(order, random);
  std::ranges::shuffle(rows, random);
  rows.resize(missing);
  std::vector<std::uint8_t> lost(order.begin(), order.begin() + missing);
  std::ranges::sort(lost);

  std::vector<Bytes> reduced(missing, Bytes(1204)), rebuilt(missing);
  for (unsigned r = 0; r < missing; ++r) {
    for (unsigned j = 0; j < count; ++j) add_to_parity(reduced[r], count, rows[r], j, shards[j]);
    for (unsigned j = 0; j < count; ++j) {
      if (!std::ranges::binary_search(lost, j)) add_to_parity(reduced[r], count, rows[r], j, shards[j]);
    }
  }
  rebuild_shards(count, rows, lost, reduced, rebuilt);
  for (unsigned i = 0; i < missing; ++i) {
    Bytes expected = shards[lost[i]];
    expected.resize(1204);
    RC_ASSERT(rebuilt[i] == expected);
  }
}

}  // namespace
}  // namespace avocet::media
