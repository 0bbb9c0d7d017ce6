#include "protocol/wire/segments.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "protocol/wire/packets.hpp"

namespace avocet::wire {
namespace {

std::optional<SealedHeader> header_at(ByteView payload, std::size_t at) {
  if (payload.size() - at < sealed_overhead) return std::nullopt;
  Reader reader(payload.subspan(at, sealed_header_size));
  SealedHeader header;
  read_fields(reader, header);
  return reader.ok() ? std::optional(header) : std::nullopt;
}

/// What receive offload joins came one behind the other, with what was lost or overtaken in between.
bool close(std::uint32_t number, std::uint32_t before) {
  constexpr std::uint32_t most = 4096;
  const std::uint32_t ahead = number - before, behind = before - number;
  return ahead != 0 && std::min(ahead, behind) <= most;
}

/// The datagrams of that size each have the header that they should.
bool consistent(ByteView payload, SealedHeader before, std::size_t size, bool cut) {
  for (std::size_t at = size; at < payload.size(); at += size) {
    const auto here = header_at(payload, at);
    if (!here && cut && at > size && payload.size() - at < sealed_overhead) return true;
    if (!here || here->destination != before.destination || !close(here->number_low, before.number_low))
      return false;
    before = *here;
  }
  return true;
}

}  // namespace

std::size_t segment_size(ByteView payload, bool cut) {
  const auto first = header_at(payload, 0);
  if (!first) return payload.size();
  // What follows the first byte, whose bits change within a run: the id, 64 bits that nobody can guess.
  const ByteView same = payload.subspan(1, sizeof(ConnectionId::value));
  std::size_t at = sealed_overhead + 1;
  while (at < payload.size()) {
    const void* found = memmem(payload.data() + at, payload.size() - at, same.data(), same.size());
    if (found == nullptr) break;
    const auto size = static_cast<std::size_t>(static_cast<const std::byte*>(found) - payload.data()) - 1;
    if (consistent(payload, *first, size, cut)) return size;
    at = size + 2;
  }
  return payload.size();
}

}  // namespace avocet::wire
