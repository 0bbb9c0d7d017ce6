#include "analysis/capture/packet_decoder.hpp"
#include "tests/fuzz/fuzz_input.hpp"

/// Records of one capture: link type (2 bytes), by how much it was cut (1), size (3), the bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace avocet;
  test::FuzzInput input(data, size);
  capture::PacketDecoder decoder;
  while (!input.ended()) {
    const auto head = input.wide();
    const auto link = static_cast<capture::Link>(head >> 8);
    const std::size_t more = head & 0xff;
    const ByteView bytes = input.take(input.wide() & 0xffff);
    const auto packet = decoder.decode({.link = link, .bytes = bytes, .length = bytes.size() + more});
    if (!packet) continue;
    test::require(packet->payload.size() <= packet->payload_size);
    test::require(packet->payload_size <= packet->ip_size);
    std::size_t sum = 0;  // touches every byte for the address sanitizer
    for (const std::byte b : packet->payload) sum += std::to_integer<std::size_t>(b);
    test::require(sum <= 255 * packet->payload.size());
  }
  return 0;
}
