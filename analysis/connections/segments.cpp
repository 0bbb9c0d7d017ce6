#include "analysis/connections/segments.hpp"

#include <array>
#include <cstring>

#include "protocol/wire/packets.hpp"

namespace avocet::analysis {
namespace {

using wire::SealedHeader;

std::optional<SealedHeader> header_at(ByteView payload, std::size_t at) {
  if (payload.size() - at < wire::sealed_overhead) return std::nullopt;
  wire::Reader reader(payload.subspan(at, wire::sealed_header_size));
  SealedHeader header;
  wire::read_fields(reader, header);
  return reader.ok() ? std::optional(header) : std::nullopt;
}

/// The datagrams of that size each have the header that they should.
bool consistent(ByteView payload, SealedHeader header, std::size_t size) {
  for (std::size_t at = size; at < payload.size(); at += size) {
    const auto here = header_at(payload, at);
    ++header.number_low;
    if (!here || here->destination != header.destination || here->number_low != header.number_low)
      return false;
  }
  return true;
}

}  // namespace

std::size_t segment_size(ByteView payload) {
  const auto first = header_at(payload, 0);
  if (!first) return payload.size();
  SealedHeader next = *first;
  ++next.number_low;
  std::array<std::byte, wire::sealed_header_size> wanted{};
  wire::Writer writer(wanted);
  wire::write_fields(writer, next);
  // The first byte may differ: key phase and spin bit change within a run.
  const ByteView same = ByteView(wanted).subspan(1);
  std::size_t at = wire::sealed_overhead + 1;
  while (at < payload.size()) {
    const void* found = memmem(payload.data() + at, payload.size() - at, same.data(), same.size());
    if (found == nullptr) break;
    const auto size = static_cast<std::size_t>(static_cast<const std::byte*>(found) - payload.data()) - 1;
    if (consistent(payload, *first, size)) return size;
    at = size + 2;
  }
  return payload.size();
}

}  // namespace avocet::analysis
