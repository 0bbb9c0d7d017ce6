#include "analysis/report/pcapng_writer.hpp"

#include <ostream>

namespace avocet::report {
namespace {

/// Blocks are written in our byte order, which the section header tells by its magic; all supported machines
/// are little-endian, and so are the files.
constexpr std::uint32_t section_header = 0x0a0d0d0a, interface_description = 1, enhanced_packet = 6;
constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;
constexpr std::uint16_t option_end = 0, option_comment = 1, option_application = 4, option_name = 2,
                        option_resolution = 9, option_flags = 2;

void put(Bytes& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::byte>(value >> 8 * i));
}

void pad(Bytes& out) {
  while (out.size() % 4 != 0) out.push_back(std::byte{0});
}

void put_option(Bytes& out, std::uint16_t code, ByteView value) {
  put(out, code, 2);
  put(out, value.size(), 2);
  out.insert(out.end(), value.begin(), value.end());
  pad(out);
}

/// The length of a block stands before and behind its body.
void begin_block(Bytes& block, std::uint32_t type) {
  block.clear();
  put(block, type, 4);
  put(block, 0, 4);
}

void end_block(Bytes& block, std::ostream& out) {
  const std::uint64_t size = block.size() + 4;
  for (std::size_t i = 0; i < 4; ++i) block[4 + i] = static_cast<std::byte>(size >> 8 * i);
  put(block, size, 4);
  out.write(reinterpret_cast<const char*>(block.data()), static_cast<std::streamsize>(block.size()));
}

}  // namespace

PcapngWriter::PcapngWriter(std::ostream& out, std::string_view point, std::string_view program,
                           std::uint16_t link)
    : out_(out) {
  begin_block(block_, section_header);
  put(block_, byte_order_magic, 4);
  put(block_, 1, 2), put(block_, 0, 2);  // version 1.0
  put(block_, ~std::uint64_t{0}, 8);     // the section's length is not known
  put_option(block_, option_application, as_bytes(program));
  put_option(block_, option_end, {});
  end_block(block_, out_);

  begin_block(block_, interface_description);
  put(block_, link, 2), put(block_, 0, 2);
  put(block_, 0, 4);  // no limit to a packet
  put_option(block_, option_name, as_bytes(point));
  constexpr std::byte nanoseconds{9};
  put_option(block_, option_resolution, ByteView(&nanoseconds, 1));
  put_option(block_, option_end, {});
  end_block(block_, out_);
}

void PcapngWriter::packet(std::int64_t at, ByteView bytes, std::size_t length, Direction direction,
                          std::span<const std::string> comments) {
  begin_block(block_, enhanced_packet);
  put(block_, 0, 4);  // the interface
  const auto time = static_cast<std::uint64_t>(at);
  put(block_, time >> 32, 4), put(block_, time & 0xffffffff, 4);
  put(block_, bytes.size(), 4), put(block_, length, 4);
  block_.insert(block_.end(), bytes.begin(), bytes.end());
  pad(block_);
  if (direction != Direction::unknown) {
    Bytes flags;
    put(flags, static_cast<std::uint64_t>(direction), 4);
    put_option(block_, option_flags, flags);
  }
  for (const std::string& comment : comments) put_option(block_, option_comment, as_bytes(comment));
  if (direction != Direction::unknown || !comments.empty()) put_option(block_, option_end, {});
  end_block(block_, out_);
}

Bytes ipv4_udp(const PeerAddress& from, const PeerAddress& to, Ecn ecn, ByteView payload) {
  constexpr std::size_t ip_header = 20, udp_header = 8;
  constexpr unsigned version_and_length = 0x45, hops = 64, udp = 17, do_not_fragment = 0x40;
  Bytes out(ip_header + udp_header);
  const auto set16 = [&](std::size_t at, std::size_t value) {
    out[at] = static_cast<std::byte>(value >> 8), out[at + 1] = static_cast<std::byte>(value);
  };
  out[0] = std::byte{version_and_length};
  out[1] = static_cast<std::byte>(ecn);
  set16(2, ip_header + udp_header + payload.size());
  out[6] = std::byte{do_not_fragment};
  out[8] = std::byte{hops};
  out[9] = std::byte{udp};
  for (std::size_t i = 0; i < 4; ++i) {
    out[12 + i] = std::byte{from.ip[12 + i]};
    out[16 + i] = std::byte{to.ip[12 + i]};
  }
  std::uint32_t sum = 0;  // RFC 1071
  for (std::size_t i = 0; i < ip_header; i += 2) {
    sum += std::to_integer<std::uint32_t>(out[i]) << 8 | std::to_integer<std::uint32_t>(out[i + 1]);
  }
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  set16(10, ~sum & 0xffff);
  set16(ip_header, from.port);
  set16(ip_header + 2, to.port);
  set16(ip_header + 4, udp_header + payload.size());
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

}  // namespace avocet::report
