// Prints dissector/avocet.lua: what can be seen of Avocet without keys, from the declaration in
// protocol/wire, for people who cannot compile the plugin.

#include <cstdio>
#include <string>

#include "dissector/names.hpp"
#include "protocol/wire/codec.hpp"
#include "protocol/wire/describe.hpp"
#include "protocol/wire/packets.hpp"

namespace avocet::dissector {
namespace {

constexpr const char* engine =
#include "dissector/lua/engine.inc"
    ;

/// How the engine reads a row: `bits`, `uint`, `bytes`, `text`, `blob16` or `zeros`.
std::string encoding_of(const wire::FieldRow& row) {
  if (row.notation.starts_with("\"")) return "text";
  if (row.notation.find(" bit") != row.notation.npos) return "bits";
  if (row.notation.starts_with("u")) return "uint";
  if (row.notation.starts_with("bytes")) return "bytes";
  if (row.notation.starts_with("blob") && row.notation.ends_with("(u16)")) return "blob16";
  return row.notation;
}

template <class T>
void print_layout(std::type_identity<T>) {
  const std::string prefix = filter_name(wire::Wire<T>::name);
  std::printf("layouts.%s = {\n", prefix.c_str());
  for (const wire::FieldRow& row : wire::describe<T>()) {
    const bool hex = row.notation == "u64";
    std::printf("  {name = \"avocet.%s.%s\", title = \"%s\", as = \"%s\", bits = %u, hex = %s},\n",
                prefix.c_str(), filter_name(row.name).c_str(), title(row.name).c_str(),
                encoding_of(row).c_str(), row.bits, hex ? "true" : "false");
  }
  std::printf("}\n");
}

void print_kinds() {
  std::printf("local kinds = {\n");
  detail::for_each_enumerator<wire::PacketKind>([](std::uint64_t number, std::string_view name) {
    std::printf("  [%llu] = \"%s\",\n", static_cast<unsigned long long>(number), std::string(name).c_str());
  });
  std::printf("}\n");
}

void print_all() {
  std::printf(
      "-- Avocet without keys, for Wireshark 4.0: copy it to ~/.local/lib/wireshark/plugins. Generated from "
      "protocol/wire by\n-- the target avocet-lua-update; do not edit.\n\nlocal layouts = {}\n");
  wire::PacketHeaders::for_each([](auto type) { print_layout(type); });
  print_kinds();
  std::fputs(engine, stdout);
}

}  // namespace
}  // namespace avocet::dissector

int main() { avocet::dissector::print_all(); }
