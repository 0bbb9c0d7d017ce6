#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"
#include "protocol/wire/reader.hpp"
#include "protocol/wire/utf8.hpp"
#include "protocol/wire/writer.hpp"

/// The vocabulary of the wire: small pure types that write, read, and describe one kind of value. A
/// declaration (fields.hpp) names one for each member; nothing else in Avocet knows how bytes are laid out.
namespace avocet::wire {

namespace detail {

/// The number inside an integer, a bool, an enum, or a Strong.
template <class T>
constexpr std::uint64_t to_number(const T& v) {
  if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    return static_cast<std::uint64_t>(v);
  } else {
    return static_cast<std::uint64_t>(v.value);
  }
}

/// False when `n` does not fit into T; `v` is then left alone.
template <class T>
constexpr bool from_number(std::uint64_t n, T& v) {
  if constexpr (std::is_enum_v<T>) {
    std::underlying_type_t<T> raw{};
    return from_number(n, raw) && (v = static_cast<T>(raw), true);
  } else if constexpr (std::is_integral_v<T>) {
    if (static_cast<std::uint64_t>(static_cast<T>(n)) != n) return false;
    return v = static_cast<T>(n), true;
  } else {
    return from_number(n, v.value);
  }
}

}  // namespace detail

/// Unsigned big-endian integer of a fixed width in bytes. Signed members of full width travel as two's
/// complement.
template <std::size_t Width>
struct BigEndian {
  static constexpr std::size_t max_size = Width;
  template <class T>
  static void write(Writer& w, const T& v) {
    w.big_endian(detail::to_number(v), Width);
  }
  template <class T>
  static void read(Reader& r, T& v) {
    if (!detail::from_number(r.big_endian(Width), v)) r.fail(Fault::out_of_bounds);
  }
  static std::string notation() { return "u" + std::to_string(Width * 8); }
};
inline constexpr BigEndian<1> u8;
inline constexpr BigEndian<2> u16;
inline constexpr BigEndian<4> u32;
inline constexpr BigEndian<8> u64;

struct Varint {
  static constexpr std::size_t max_size = 8;
  template <class T>
  static void write(Writer& w, const T& v) {
    w.varint(detail::to_number(v));
  }
  template <class T>
  static void read(Reader& r, T& v) {
    if (!detail::from_number(r.varint(), v)) r.fail(Fault::out_of_bounds);
  }
  static std::string notation() { return "varint"; }
};
inline constexpr Varint varint;

/// A signed integer, small magnitudes first: 0, -1, 1, -2, ... ("zigzag").
struct VarintSigned {
  static constexpr std::size_t max_size = 8;
  static void write(Writer& w, std::int64_t v) {
    w.varint((static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63));
  }
  template <std::signed_integral T>
  static void read(Reader& r, T& v) {
    const std::uint64_t raw = r.varint();
    const auto n = static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
    if (static_cast<std::int64_t>(static_cast<T>(n)) != n) return r.fail(Fault::out_of_bounds);
    v = static_cast<T>(n);
  }
  static std::string notation() { return "varint_signed"; }
};
inline constexpr VarintSigned varint_signed;

/// A span of time in whole microseconds; below that is lost. At most 2^53 us, 285 years.
struct VarintMicroseconds {
  static constexpr std::size_t max_size = 8;
  static void write(Writer& w, const Duration& v) {
    w.varint(static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_microseconds(v))));
  }
  static void read(Reader& r, Duration& v) {
    const std::uint64_t us = r.varint();
    if (us > std::uint64_t{1} << 53) return r.fail(Fault::out_of_bounds);
    v = std::chrono::microseconds(static_cast<std::int64_t>(us));
  }
  static std::string notation() { return "varint_us"; }
};
inline constexpr VarintMicroseconds varint_us;

/// Exactly N bytes.
template <std::size_t N>
struct FixedBytes {
  static constexpr std::size_t max_size = N;
  static void write(Writer& w, const std::array<std::byte, N>& v) { w.bytes(v); }
  static void read(Reader& r, std::array<std::byte, N>& v) { std::ranges::copy(r.take(N), v.begin()); }
  static std::string notation() { return "bytes<" + std::to_string(N) + ">"; }
};
template <std::size_t N>
inline constexpr FixedBytes<N> bytes;

namespace detail {
inline void assign(ByteView from, ByteView& to) { to = from; }
inline void assign(ByteView from, Bytes& to) { to.assign(from.begin(), from.end()); }
}  // namespace detail

/// Bytes behind their length: a `Length` (varint or u16), at most Max. A ByteView member points into the
/// source.
template <std::size_t Max, class Length>
struct Blob {
  static constexpr std::size_t max_size = Length::max_size + Max;
  static void write(Writer& w, ByteView v) {
    assert(v.size() <= Max);
    Length::write(w, v.size());
    w.bytes(v);
  }
  template <class T>
  static void read(Reader& r, T& v) {
    std::size_t length = 0;
    Length::read(r, length);
    if (length > Max) return r.fail(Fault::out_of_bounds);
    detail::assign(r.take(length), v);
  }
  static std::string notation() { return "blob<" + std::to_string(Max) + ">(" + Length::notation() + ")"; }
};
template <std::size_t Max>
inline constexpr Blob<Max, Varint> blob;
template <std::size_t Max>
inline constexpr Blob<Max, BigEndian<2>> blob16;

/// UTF-8 behind its length in bytes.
template <std::size_t Max>
struct Text {
  static constexpr std::size_t max_size = Varint::max_size + Max;
  static void write(Writer& w, std::string_view v) { Blob<Max, Varint>::write(w, as_bytes(v)); }
  static void read(Reader& r, std::string& v) {
    ByteView raw;
    Blob<Max, Varint>::read(r, raw);
    if (!is_utf8(as_text(raw))) return r.fail(Fault::bad_text);  // AV-ENC-6
    v = as_text(raw);
  }
  static std::string notation() { return "text<" + std::to_string(Max) + ">"; }
};
template <std::size_t Max>
inline constexpr Text<Max> text;

/// All that is left.
struct Rest {
  static constexpr std::size_t max_size = 0;
  static void write(Writer& w, ByteView v) { w.bytes(v); }
  template <class T>
  static void read(Reader& r, T& v) {
    detail::assign(r.take_rest(), v);
  }
  static std::string notation() { return "rest"; }
};
inline constexpr Rest rest;

/// As many zero bytes as there are; the member holds how many.
struct Zeros {
  static constexpr std::size_t max_size = 0;
  static void write(Writer& w, std::size_t n) { w.zeros(n); }
  static void read(Reader& r, std::size_t& n) { n = r.take_zeros(); }
  static std::string notation() { return "zeros"; }
};
inline constexpr Zeros zeros;

/// A byte 0 or 1, and after a 1 the value.
template <class Inner>
struct Optional {
  Inner inner;
  static constexpr std::size_t max_size = 1 + Inner::max_size;
  template <class T>
  void write(Writer& w, const std::optional<T>& v) const {
    u8.write(w, v.has_value());
    if (v) inner.write(w, *v);
  }
  template <class T>
  void read(Reader& r, std::optional<T>& v) const {
    bool present = false;
    u8.read(r, present);
    if (present) inner.read(r, v.emplace());
  }
  std::string notation() const { return "optional(" + inner.notation() + ")"; }
};
template <class Inner>
constexpr Optional<Inner> optional(Inner inner) {
  return {inner};
}

/// A count (varint, at most Max), and that many values.
template <std::size_t Max, class Inner>
struct Counted {
  Inner inner;
  static constexpr std::size_t max_size = Varint::max_size + Max * Inner::max_size;
  template <class Container>
  void write(Writer& w, const Container& v) const {
    assert(v.size() <= Max);
    w.varint(v.size());
    for (const auto& item : v) inner.write(w, item);
  }
  template <class Container>
  void read(Reader& r, Container& v) const {
    const std::uint64_t count = r.varint();
    // AV-ENC-9: Each value takes a byte at least: a count that the bytes cannot hold is refused before
    // anything is reserved.
    if (count > Max) return r.fail(Fault::out_of_bounds);
    if (count > r.remaining()) return r.fail(Fault::truncated);
    v.clear();
    for (std::uint64_t i = 0; i < count && r.ok(); ++i) {
      typename Container::value_type item{};
      inner.read(r, item);
      v.push_back(std::move(item));
    }
  }
  std::string notation() const { return "counted<" + std::to_string(Max) + ">(" + inner.notation() + ")"; }
};
template <std::size_t Max, class Inner>
constexpr Counted<Max, Inner> counted(Inner inner) {
  return {inner};
}

}  // namespace avocet::wire
