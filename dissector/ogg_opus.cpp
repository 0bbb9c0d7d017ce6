#include "dissector/ogg_opus.hpp"

#include <algorithm>
#include <array>

namespace avocet::dissector {
namespace {

constexpr std::int64_t clock_rate = 48'000;  // of granule positions, whatever the input's
constexpr std::size_t checksum_at = 22;

constexpr std::array<std::uint32_t, 256> checksum_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t rest = i << 24;
    for (int bit = 0; bit < 8; ++bit) rest = rest << 1 ^ (rest >> 31 ? 0x04c1'1db7u : 0);
    table[i] = rest;
  }
  return table;
}();

void put(Bytes& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::byte>(value >> (8 * i)));
}
void put(Bytes& out, std::string_view text) {
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
}

/// RFC 3533 section 6. A packet of 255 * 255 bytes or more would need more pages: there are none in Opus.
void append_page(Bytes& out, ByteView packet, std::uint64_t granule, std::uint32_t sequence) {
  packet = packet.first(std::min<std::size_t>(packet.size(), 254 * 255));
  constexpr std::uint64_t begins_stream = 2, serial = 1;
  const std::size_t page = out.size(), full = packet.size() / 255;
  put(out, "OggS");
  put(out, 0, 1);
  put(out, sequence == 0 ? begins_stream : 0, 1);
  put(out, granule, 8);
  put(out, serial, 4);
  put(out, sequence, 4);
  put(out, 0, 4);  // the checksum, below
  put(out, full + 1, 1);
  out.insert(out.end(), full, std::byte{255});
  put(out, packet.size() % 255, 1);
  out.insert(out.end(), packet.begin(), packet.end());
  std::uint32_t checksum = 0;
  for (std::size_t i = page; i < out.size(); ++i)
    checksum = checksum << 8 ^ checksum_table[checksum >> 24 ^ std::to_integer<std::uint32_t>(out[i])];
  for (std::size_t i = 0; i < 4; ++i)
    out[page + checksum_at + i] = static_cast<std::byte>(checksum >> (8 * i));
}

/// Samples at 48 kHz in a packet, by its first byte (RFC 6716 section 3.1).
std::int64_t samples_in(ByteView packet) {
  if (packet.empty()) return 0;
  const unsigned toc = std::to_integer<unsigned>(packet[0]), config = toc >> 3;
  constexpr std::int64_t silk[] = {480, 960, 1920, 2880};
  const std::int64_t frame = config < 12   ? silk[config % 4]
                             : config < 16 ? 480 << (config % 2)
                                           : 120 << (config % 4);
  switch (toc & 3) {
    case 0: return frame;
    case 3: return packet.size() < 2 ? 0 : frame * (std::to_integer<unsigned>(packet[1]) & 63);
    default: return 2 * frame;
  }
}

}  // namespace

OggOpus::OggOpus(const wire::Track& track)
    : head_(track.extradata), timebase_{track.timebase_numerator, track.timebase_denominator} {
  constexpr std::size_t smallest_head = 19;
  if (head_.size() >= smallest_head) return;
  head_.clear();
  put(head_, "OpusHead");
  put(head_, 1, 1);
  put(head_, std::max<std::uint8_t>(track.channels, 1), 1);
  put(head_, 312, 2);  // samples to skip: libopus' look-ahead
  put(head_, track.sample_rate, 4);
  put(head_, 0, 3);  // no gain, mono or stereo
}

void OggOpus::begin(Bytes& out) const {
  append_page(out, head_, 0, 0);
  Bytes tags;
  put(tags, "OpusTags");
  constexpr std::string_view vendor = "Avocet";
  put(tags, vendor.size(), 4);
  put(tags, vendor);
  put(tags, 0, 4);
  append_page(out, tags, 0, 1);
}

void OggOpus::append(Bytes& out, ByteView payload, bool, std::int64_t pts, std::uint32_t index) const {
  const std::int64_t start = media::to_duration(pts, timebase_).count() / 1000 * (clock_rate / 1000) / 1000;
  append_page(out, payload, static_cast<std::uint64_t>(start + samples_in(payload)), index + 2);
}

}  // namespace avocet::dissector
