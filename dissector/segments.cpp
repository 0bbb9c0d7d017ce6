#include "dissector/segments.hpp"

#include <cstring>

#include "protocol/wire/packets.hpp"

namespace avocet::dissector {
namespace {

/// Packets that may be missing from a run: a device on the path may have lost some before it made the run.
constexpr std::uint32_t most_skipped = 256;

std::optional<wire::SealedHeader> sealed_header(ByteView bytes) {
  wire::Reader r(bytes);
  wire::SealedHeader header;
  wire::read_fields(r, header);
  return r.ok() ? std::optional(header) : std::nullopt;
}

}  // namespace

std::size_t segment_size(ByteView datagram) {
  constexpr std::size_t id_at = 1, id_size = sizeof(ConnectionId::rep);
  if (datagram.size() < wire::sealed_overhead + wire::sealed_header_size) return datagram.size();
  const auto first = sealed_header(datagram);
  if (!first) return datagram.size();
  std::size_t from = wire::sealed_overhead;
  while (from + wire::sealed_header_size <= datagram.size()) {
    const void* id = memmem(datagram.data() + from + id_at, datagram.size() - from - id_at,
                            datagram.data() + id_at, id_size);
    if (id == nullptr) break;
    from = static_cast<std::size_t>(static_cast<const std::byte*>(id) - datagram.data()) - id_at;
    const auto second = sealed_header(datagram.subspan(from));
    if (second && second->kind == first->kind && second->number_low - first->number_low - 1 < most_skipped)
      return from;
    ++from;
  }
  return datagram.size();
}

}  // namespace avocet::dissector
