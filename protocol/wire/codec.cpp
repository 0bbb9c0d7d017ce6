#include "protocol/wire/codec.hpp"

namespace avocet::wire {
namespace {

/// True when `r` has the whole varint that starts at its position.
bool varint_is_whole(ByteView at) {
  return !at.empty() && at.size() >= std::size_t{1} << (std::to_integer<unsigned>(at[0]) >> 6);
}

}  // namespace

std::expected<std::optional<MessageExtent>, DecodeError> next_message(ByteView stream, std::size_t max_body) {
  Reader r(stream);
  MessageExtent extent;
  std::uint64_t body = 0;
  for (std::uint64_t* part : {&extent.type, &body}) {
    if (!varint_is_whole(stream.subspan(r.position()))) return std::nullopt;
    r.enter(part == &body ? "length" : "type");
    *part = r.varint();
    if (part == &body && body > max_body) r.fail(Fault::out_of_bounds);
    if (!r.ok()) return std::unexpected(r.error());
  }
  extent.header = r.position();
  extent.body = static_cast<std::size_t>(body);
  if (r.remaining() < extent.body) return std::nullopt;
  return extent;
}

}  // namespace avocet::wire
