// Prints specs/wire.md: the layout of everything on the wire, from its declaration in protocol/wire.

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "protocol/wire/describe.hpp"
#include "protocol/wire/frames.hpp"
#include "protocol/wire/handshake.hpp"
#include "protocol/wire/packets.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::wire {
namespace {

constexpr std::size_t diagram_bits = 32;

std::string centred(std::string_view text, std::size_t width) {
  const std::string shown(text.substr(0, width));
  const std::size_t left = (width - shown.size()) / 2;
  return std::string(left, ' ') + shown + std::string(width - shown.size() - left, ' ');
}

std::string cell(std::string_view text, std::size_t bits) { return centred(text, 2 * bits - 1); }

std::string rule(std::size_t bits) {
  std::string out = "+";
  for (std::size_t i = 0; i < bits; ++i) out += "-+";
  return out + "\n";
}

/// One field that fills rows of its own: more than a row wide, or of a length that varies.
std::string wide_field(const FieldRow& row) {
  const std::string label = row.bits == 0 ? row.name + " (" + row.notation + ") ..."
                                          : row.name + " (" + std::to_string(row.bits) + ")";
  return "|" + cell(label, diagram_bits) + "|\n" + rule(diagram_bits);
}

/// A bit diagram in the manner of the RFCs, 32 bits to the row.
std::string diagram(const std::vector<FieldRow>& rows) {
  std::string out =
      " 0                   1                   2                   3\n"
      " 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n" +
      rule(diagram_bits);
  std::string line;
  std::size_t used = 0;
  const auto end_line = [&] {
    if (used > 0) out += line + "|\n" + rule(used);
    line.clear();
    used = 0;
  };
  for (const FieldRow& row : rows) {
    if (row.bits == 0 || row.bits > diagram_bits) {
      end_line();
      out += wide_field(row);
      continue;
    }
    if (used + row.bits > diagram_bits) end_line();
    line += "|" + cell(row.name, row.bits);
    used += row.bits;
    if (used == diagram_bits) end_line();
  }
  end_line();
  return out;
}

/// What a declaration says of itself, as a sentence begins. Names of units, codecs and sizes stay as they
/// are.
std::string sentence(std::string_view meaning) {
  std::string out(meaning);
  const std::string first = out.substr(0, out.find_first_of(" ,"));
  if (first == "us") return "Microseconds" + out.substr(first.size());
  const bool plain = std::ranges::all_of(first, [](char c) { return c < '0' || c > '9'; });
  if (plain && !out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

template <class T>
void print_type(const char* number) {
  const std::vector<FieldRow> rows = describe<T>();
  std::printf("### %s%s\n\n%s.\n\n", std::string(Wire<T>::name).c_str(), number,
              sentence(Wire<T>::meaning).c_str());
  if (rows.empty()) return void(std::printf("No fields.\n\n"));
  const bool fixed = std::ranges::any_of(rows, [](const FieldRow& row) { return row.bits > 0; });
  if (fixed) std::printf("```\n%s```\n\n", diagram(rows).c_str());
  std::printf("| field | encoding | meaning |\n|---|---|---|\n");
  for (const FieldRow& row : rows) {
    std::printf("| `%s` | `%s` | %s |\n", row.name.c_str(), row.notation.c_str(),
                sentence(row.meaning).c_str());
  }
  std::printf("\n");
}

template <class T>
std::string type_number() {
  char out[16] = "";
  if constexpr (requires { Wire<T>::type; })
    std::snprintf(out, sizeof out, " (0x%02x)", static_cast<unsigned>(Wire<T>::type));
  return out;
}

template <class... Ts>
void print_section(const char* title, const char* text, Registry<Ts...> types) {
  std::printf("## %s\n\n%s\n\n", title, text);
  if constexpr ((requires { Wire<Ts>::type; } && ...)) {
    std::printf("| type | name | what it says |\n|---|---|---|\n");
    types.for_each([]<class T>(std::type_identity<T>) {
      std::printf("| 0x%02x | %s | %s |\n", static_cast<unsigned>(Wire<T>::type),
                  std::string(Wire<T>::name).c_str(), sentence(Wire<T>::meaning).c_str());
    });
    std::printf("\n");
  }
  types.for_each([]<class T>(std::type_identity<T>) { print_type<T>(type_number<T>().c_str()); });
}

void print_all() {
  std::printf(
      "# The wire, field by field\n\n"
      "Generated from `protocol/wire` by `wire-tables`; do not edit. What the fields mean for the protocol "
      "is in\n"
      "[protocol.md](protocol.md), what the encodings are in its section 3.\n\n");
  print_section("Packets", "A UDP datagram is one packet. Its kind is in the first byte.", PacketHeaders{});
  print_section(
      "Messages in the clear",
      "Bodies of Clear packets. The types are not sent: they stand for the messages in the transcript.",
      ClearMessages{});
  print_section("Handshake messages",
                "On the HANDSHAKE stream, each as type (varint), length of the body (varint), body.",
                HandshakeMessages{});
  print_section("Frames", "In sealed packets, each as type (varint) and fields, to the end of the packet.",
                Frames{});
  print_section("Parts of frames and handshake messages", "Without a type of their own.",
                Registry<AckRange, Arrival, EcnCounts, FrameHead, Shard, Extension>{});
  print_section("Service messages", "On stream 0, each as type (varint), length of the body (varint), body.",
                ServiceMessages{});
  print_section("Parts of service messages", "Without a type of their own.", Registry<User, Title, Track>{});
}

}  // namespace
}  // namespace avocet::wire

int main() { avocet::wire::print_all(); }
