#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace avocet {

/// An integer that is a name or a position, not a quantity: two different ones never mix. `Strong` numbers
/// can be compared, stepped, and subtracted to a plain distance.
template <class Tag, class Rep>
struct Strong {
  using rep = Rep;
  Rep value{};

  constexpr auto operator<=>(const Strong&) const = default;
  constexpr Strong& operator++() { return ++value, *this; }
  friend constexpr Strong operator+(Strong a, Rep n) { return {static_cast<Rep>(a.value + n)}; }
  friend constexpr Strong operator-(Strong a, Rep n) { return {static_cast<Rep>(a.value - n)}; }
  friend constexpr Rep operator-(Strong a, Strong b) { return static_cast<Rep>(a.value - b.value); }
};

}  // namespace avocet

template <class Tag, class Rep>
struct std::hash<avocet::Strong<Tag, Rep>> {
  std::size_t operator()(avocet::Strong<Tag, Rep> s) const noexcept { return std::hash<Rep>{}(s.value); }
};
