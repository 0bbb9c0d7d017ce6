#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace avocet::wire {

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Converts to any member. Optionals are left to their own converting constructor: both together are
/// ambiguous.
struct Anything {
  template <class T>
    requires(!is_optional<T>)
  operator T() const noexcept;  // never defined: used in unevaluated operands only
};

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), Anything{})...}; };
}

}  // namespace detail

/// Members of the aggregate T, found by how many initialisers it takes.
template <class T, std::size_t Most = 24>
constexpr std::size_t member_count() {
  static_assert(std::is_aggregate_v<T>);
  if constexpr (Most == 0) {
    return 0;
  } else if constexpr (detail::takes<T>(std::make_index_sequence<Most>{})) {
    return Most;
  } else {
    return member_count<T, Most - 1>();
  }
}

}  // namespace avocet::wire
