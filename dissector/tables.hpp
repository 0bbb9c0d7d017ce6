#pragma once

#include <cstddef>

namespace avocet::dissector {

/// Whether the rows of a table stand in the order of the enumeration that finds them: row i is about value i.
template <class Row, std::size_t Size, class E>
constexpr bool in_order(const Row (&rows)[Size], E Row::* about) {
  for (std::size_t i = 0; i < Size; ++i) {
    if (rows[i].*about != static_cast<E>(i)) return false;
  }
  return true;
}

}  // namespace avocet::dissector
