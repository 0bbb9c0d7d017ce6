#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocol/base/bytes.hpp"

/// The arithmetic of parity: Reed-Solomon over GF(2^8) with the Cauchy matrix of wire::Parity, by ISA-L.
namespace avocet::media {

/// Element of the matrix for parity row `row` and shard `shard` of a run of `count`. A Cauchy matrix, because
/// every square part of it can be inverted: any `count` of shards and rows rebuild the run.
std::uint8_t parity_coefficient(unsigned count, unsigned row, unsigned shard);

/// Adds (GF(2^8): also subtracts) what shard number `shard` contributes to parity row `row`. Where `bytes` is
/// shorter than `parity`, it counts as zero-padded.
void add_to_parity(ByteSpan parity, unsigned count, unsigned row, unsigned shard, ByteView bytes);

/// Lays a fragment out as the wire::Shard that parity protects; `room` must hold it. Returns its bytes,
/// unpadded.
ByteView lay_out_shard(ByteSpan room, std::uint16_t index, ByteView data);

/// Rebuilds the shards `missing` of a run of `count`, as many as there are `rows`. `reduced[i]` is the parity
/// of row rows[i] from which the contribution of every other shard was taken off; all have one length.
/// `rebuilt[i]` becomes the shard missing[i].
void rebuild_shards(unsigned count, std::span<const std::uint8_t> rows, std::span<const std::uint8_t> missing,
                    std::span<const Bytes> reduced, std::span<Bytes> rebuilt);

}  // namespace avocet::media
