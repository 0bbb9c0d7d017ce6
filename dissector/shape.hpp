#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "dissector/names.hpp"
#include "protocol/wire/frames.hpp"

/// What kind of Wireshark field a member with its encoding is.
namespace avocet::dissector {

struct Shape {
  ftenum type = FT_NONE;
  int display = BASE_NONE;
  const void* strings = nullptr;
};

namespace detail {

template <class Encoding>
inline constexpr bool is_counted = false;
template <std::size_t Max, class Inner>
inline constexpr bool is_counted<wire::Counted<Max, Inner>> = true;
template <class Encoding>
inline constexpr bool is_optional_encoding = false;
template <class Inner>
inline constexpr bool is_optional_encoding<wire::Optional<Inner>> = true;
template <class Encoding>
inline constexpr bool is_nested = false;
template <class T>
inline constexpr bool is_nested<wire::Nested<T>> = true;

template <class T>
struct NumberOf {
  using type = T;
};
template <class Tag, class Rep>
struct NumberOf<Strong<Tag, Rep>> {
  using type = Rep;
};
template <class T>
using Number = typename NumberOf<T>::type;

template <std::size_t Size, bool Signed>
constexpr ftenum integer_type() {
  if constexpr (Signed) return Size == 8 ? FT_INT64 : FT_INT32;
  return Size == 1 ? FT_UINT8 : Size == 2 ? FT_UINT16 : Size == 4 ? FT_UINT32 : FT_UINT64;
}

/// Times of the sender's clock travel as bare numbers; their meaning names the unit.
inline bool is_microseconds(std::string_view meaning) { return meaning.starts_with("us "); }

template <class Value>
Shape number_shape(std::string_view meaning) {
  if constexpr (std::is_same_v<Value, bool>) {
    return {FT_BOOLEAN, BASE_NONE, TFS(&tfs_yes_no)};
  } else if constexpr (std::is_enum_v<Value>) {
    return {integer_type<sizeof(Value), false>(), BASE_DEC, value_names<Value>()};
  } else if constexpr (std::is_same_v<Value, ConnectionId>) {
    return {FT_UINT64, BASE_HEX};
  } else if (meaning == "why, see CloseCode") {
    return {FT_UINT64, BASE_HEX | BASE_VAL64_STRING, value_names_64<wire::CloseCode>()};
  } else {
    using N = Number<Value>;
    const Shape plain{integer_type<sizeof(N), std::is_signed_v<N>>(), BASE_DEC};
    if (!is_microseconds(meaning)) return plain;
    return {plain.type, BASE_DEC | BASE_UNIT_STRING, &units_microseconds};
  }
}

}  // namespace detail

/// The shape of one value, without what repeats it or leaves it out.
template <class Encoding, class Value>
Shape shape_of(std::string_view meaning) {
  if constexpr (detail::is_nested<Encoding>) {
    return {};
  } else if constexpr (std::is_same_v<Encoding, wire::VarintMicroseconds>) {
    return {FT_UINT64, BASE_DEC | BASE_UNIT_STRING, &units_microseconds};
  } else if constexpr (std::is_same_v<Encoding, wire::Zeros>) {
    return {FT_UINT64, BASE_DEC | BASE_UNIT_STRING, &units_byte_bytes};
  } else if constexpr (std::is_same_v<Value, std::string>) {
    return {FT_STRING, BASE_NONE};
  } else if constexpr (requires(const Value& v) { ByteView(v); }) {
    return {FT_BYTES, BASE_NONE};
  } else {
    return detail::number_shape<Value>(meaning);
  }
}

}  // namespace avocet::dissector
