#include <cstdio>

#include "analysis/capture/capture_file.hpp"
#include "analysis/playback/packet_opening.hpp"
#include "tests/fuzz/fuzz_input.hpp"

/// A capture as a file, pcap or pcapng, through all that reads it: libpcap, headers, connections, frames.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace avocet;
  if (size == 0) return 0;  // fmemopen wants a byte
  std::FILE* stream = fmemopen(const_cast<std::uint8_t*>(data), size, "rb");
  test::require(stream != nullptr);
  auto file = capture::CaptureFile::take(stream, "fuzzed");
  if (!file) {
    test::require(!file.error().empty());
    return 0;
  }
  analysis::PacketOpening opening;
  analysis::CaptureReading reading(&opening);
  while (const auto record = file->next()) {
    test::require(record->bytes.size() <= size);
    reading.read(*record);
  }
  opening.finish(reading.clock().latest());
  test::require(reading.connections().all().size() <= analysis::ConnectionTable::most);
  return 0;
}
