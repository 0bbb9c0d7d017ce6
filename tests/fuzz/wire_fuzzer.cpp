// Every decoder of the wire on arbitrary bytes. The first byte chooses the type; whatever is accepted must be
// written back to the same bytes.

#include <cstdint>
#include <cstdlib>

#include "protocol/wire/handshake.hpp"
#include "protocol/wire/packets.hpp"
#include "protocol/wire/service.hpp"
#include "tests/support/generate.hpp"

namespace avocet::wire {
namespace {

template <class T>
void decode_strictly(ByteView bytes) {
  const auto value = decode<T>(bytes);
  if (value && !std::ranges::equal(encode(*value), bytes)) std::abort();
}

/// Runs `decode_strictly` for the `n`-th type of a registry, or counts on.
template <class Registry>
bool decode_nth(unsigned& n, ByteView bytes) {
  bool done = false;
  Registry::for_each([&]<class T>(std::type_identity<T>) {
    if (!done && n-- == 0) decode_strictly<T>(bytes), done = true;
  });
  return done;
}

void fuzz(ByteView input) {
  unsigned n = std::to_integer<unsigned>(input[0]);
  const ByteView bytes = input.subspan(1);
  using Parts = Registry<FrameHead, Shard, AckRange, Arrival, Track, User, Title>;
  if (decode_nth<PacketHeaders>(n, bytes) || decode_nth<Frames>(n, bytes) ||
      decode_nth<ClearMessages>(n, bytes) || decode_nth<HandshakeMessages>(n, bytes) ||
      decode_nth<ServiceMessages>(n, bytes) || decode_nth<Parts>(n, bytes)) {
    return;
  }
  static_cast<void>(packet_kind(bytes));
  static_cast<void>(read_all<Frames>(bytes, [](const auto&) {}));
  static_cast<void>(next_message(bytes, max_service_message));
}

}  // namespace
}  // namespace avocet::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) avocet::wire::fuzz(std::as_bytes(std::span(data, size)));
  return 0;
}
