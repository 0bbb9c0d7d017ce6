#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dissector/wireshark.hpp"

/// Names for people, made from those in the wire declaration, so that nothing is named twice.
namespace avocet::dissector {

/// `ServerIdentity`, `MAX_DATA` and `first byte` as parts of a filter: server_identity, max_data, first_byte.
std::string filter_name(std::string_view declared);
/// `max_ack_delay` as a title: Max ack delay.
std::string title(std::string_view declared);
/// Keeps a string for as long as the plugin is loaded: Wireshark holds on to the names that it is given.
const char* keep(std::string text);

namespace detail {

template <auto Value>
constexpr std::string_view signature() {
  return __PRETTY_FUNCTION__;
}

/// The enumerator of that value; empty when there is none. The compilers print `Value = space::E::name`, and
/// a cast of the number where the enumeration names none.
template <auto Value>
constexpr std::string_view enumerator() {
  std::string_view text = signature<Value>();
  text.remove_prefix(text.find("Value = ") + 8);
  text = text.substr(0, text.find_first_of(";]"));
  if (text.find(')') != text.npos) return {};
  text.remove_prefix(text.rfind(':') + 1);
  while (text.ends_with('_')) text.remove_suffix(1);
  return text;
}

/// All numbers from which enumerations of the wire pick: the transport's, the service's, TLS's signatures.
template <class E, class Visitor>
void for_each_enumerator(Visitor&& visit) {
  const auto run = [&]<std::uint64_t First, std::uint64_t... I>(std::integer_sequence<std::uint64_t, First>,
                                                                std::integer_sequence<std::uint64_t, I...>) {
    const auto one = [&](std::uint64_t number, std::string_view name) {
      if (!name.empty()) visit(number, name);
    };
    (one(First + I, enumerator<static_cast<E>(First + I)>()), ...);
  };
  using Block = std::make_integer_sequence<std::uint64_t, 32>;
  run(std::integer_sequence<std::uint64_t, 0>{}, Block{});
  if constexpr (sizeof(E) > 1) {
    run(std::integer_sequence<std::uint64_t, 0x100>{}, Block{});
    run(std::integer_sequence<std::uint64_t, 0x800>{}, Block{});
  }
}

template <class E, class Entry>
const Entry* table_of() {
  static const std::vector<Entry> table = [] {
    std::vector<Entry> made;
    for_each_enumerator<E>([&](std::uint64_t number, std::string_view name) {
      std::string shown(name);
      std::ranges::replace(shown, '_', ' ');
      made.push_back({static_cast<decltype(Entry::value)>(number), keep(std::move(shown))});
    });
    made.push_back({0, nullptr});
    return made;
  }();
  return table.data();
}

}  // namespace detail

/// Names of an enumeration's values as Wireshark wants them, for fields of up to 32 bits and of 64.
template <class E>
const value_string* value_names() {
  return detail::table_of<E, value_string>();
}
template <class E>
const val64_string* value_names_64() {
  return detail::table_of<E, val64_string>();
}

}  // namespace avocet::dissector
