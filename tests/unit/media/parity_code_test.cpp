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
