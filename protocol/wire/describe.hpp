#pragma once

#include <string>
#include <vector>

#include "protocol/wire/fields.hpp"

namespace avocet::wire {

/// One line of a generated table.
struct FieldRow {
  std::string name, notation, meaning;
  unsigned bits = 0;  ///< width when fixed, for bit diagrams; 0 when the length varies
};

namespace detail {

template <class Part>
std::string part_notation(const Part& part) {
  std::string out = std::to_string(part.width) + (part.width == 1 ? " bit" : " bits");
  if constexpr (requires { part.value; }) out += ", always " + std::to_string(part.value);
  return out;
}

template <std::size_t W>
constexpr unsigned fixed_bits(BigEndian<W>) {
  return 8 * W;
}
template <std::size_t N>
constexpr unsigned fixed_bits(FixedBytes<N>) {
  return 8 * N;
}
constexpr unsigned fixed_bits(...) { return 0; }

template <class F>
void append_row(std::vector<FieldRow>& rows, const F& f) {
  if constexpr (requires { f.parts; }) {
    std::apply(
        [&](const auto&... part) {
          (rows.push_back(
               {std::string(part.name), part_notation(part), std::string(part.meaning), part.width}),
           ...);
        },
        f.parts);
  } else if constexpr (requires { f.encoding; }) {
    rows.push_back(
        {std::string(f.name), f.encoding.notation(), std::string(f.meaning), fixed_bits(f.encoding)});
  } else {
    rows.push_back({std::string(f.name), "\"" + std::string(f.value.begin(), f.value.end()) + "\"",
                    std::string(f.meaning), static_cast<unsigned>(8 * f.value.size())});
  }
}

}  // namespace detail

/// The fields of T as they stand on the wire, for tables and diagrams.
template <Declared T>
std::vector<FieldRow> describe() {
  std::vector<FieldRow> rows;
  std::apply([&](const auto&... f) { (detail::append_row(rows, f), ...); }, Wire<T>::fields);
  return rows;
}

}  // namespace avocet::wire
