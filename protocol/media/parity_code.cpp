#include "protocol/media/parity_code.hpp"

#include <isa-l/erasure_code.h>

#include <array>
#include <cassert>

#include "protocol/wire/frames.hpp"

namespace avocet::media {
namespace {

/// target += coefficient * source, over the bytes of source.
void multiply_add(std::uint8_t coefficient, ByteView source, std::byte* target) {
  std::array<unsigned char, 32> table;
  gf_vect_mul_init(coefficient, table.data());
  // ISA-L takes its read-only input without const.
  auto* in = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(source.data()));
  auto* out = reinterpret_cast<unsigned char*>(target);
  ec_encode_data_update(static_cast<int>(source.size()), 1, 1, 0, table.data(), in, &out);
}

}  // namespace

std::uint8_t parity_coefficient(unsigned count, unsigned row, unsigned shard) {
  assert(count + row < 256 && shard < count);
  return gf_inv(static_cast<unsigned char>((count + row) ^ shard));  // AV-FEC-1
}

void add_to_parity(ByteSpan parity, unsigned count, unsigned row, unsigned shard, ByteView bytes) {
  assert(bytes.size() <= parity.size());
  multiply_add(parity_coefficient(count, row, shard), bytes, parity.data());
}

ByteView lay_out_shard(ByteSpan room, std::uint16_t index, ByteView data) {
  wire::Writer w(room);
  wire::write_fields(w, wire::Shard{static_cast<std::uint16_t>(data.size()), index, data});
  assert(w.ok());
  return w.written();
}

void rebuild_shards(unsigned count, std::span<const std::uint8_t> rows, std::span<const std::uint8_t> missing,
                    std::span<const Bytes> reduced, std::span<Bytes> rebuilt) {
  const std::size_t n = missing.size();
  assert(rows.size() == n && reduced.size() == n && rebuilt.size() == n);
  std::vector<unsigned char> matrix(n * n), inverse(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) matrix[i * n + j] = parity_coefficient(count, rows[i], missing[j]);
  }
  [[maybe_unused]] const int singular = gf_invert_matrix(matrix.data(), inverse.data(), static_cast<int>(n));
  assert(singular == 0);
  for (std::size_t j = 0; j < n; ++j) {
    rebuilt[j].assign(reduced[0].size(), std::byte{0});
    for (std::size_t i = 0; i < n; ++i) multiply_add(inverse[j * n + i], reduced[i], rebuilt[j].data());
  }
}

}  // namespace avocet::media
