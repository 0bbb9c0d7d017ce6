#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "protocol/wire/encoding.hpp"
#include "protocol/wire/member_count.hpp"

/// How a struct is laid out: `Wire<T>` beside the struct lists its fields once; encoder, strict decoder,
/// documentation, dissector and fuzzers all iterate that list.
///
///     template <> struct Wire<Ping> {
///       static constexpr std::uint64_t type = 0x01;
///       static constexpr std::string_view name = "PING", meaning = "asks for an acknowledgement";
///       static constexpr std::tuple fields{};
///       static constexpr bool valid(const Ping&) { ... }      // optional: rules across fields
///     };
namespace avocet::wire {

template <class T>
struct Wire;

/// One member and its encoding. `meaning` is for people: it becomes a row in the specification and a line in
/// Wireshark.
template <class Struct, class Member, class Encoding>
struct Field {
  std::string_view name;
  Member Struct::* member;
  Encoding encoding;
  std::string_view meaning;

  static constexpr std::size_t members = 1;
  static constexpr std::size_t max_size = Encoding::max_size;
  void write(Writer& w, const Struct& s) const { encoding.write(w, s.*member); }
  void read(Reader& r, Struct& s) const { encoding.read(r, s.*member); }
};
template <class Struct, class Member, class Encoding>
Field(const char*, Member Struct::*, Encoding, const char*) -> Field<Struct, Member, Encoding>;

/// Part of a byte: a member of `width` bits.
template <class Struct, class Member>
struct Bit {
  std::string_view name;
  Member Struct::* member;
  unsigned width;
  std::string_view meaning;

  static constexpr std::size_t members = 1;
  unsigned get(const Struct& s) const { return static_cast<unsigned>(detail::to_number(s.*member)); }
  bool set(Struct& s, unsigned value) const { return detail::from_number(value, s.*member); }
};
template <class Struct, class Member>
Bit(const char*, Member Struct::*, int, const char*) -> Bit<Struct, Member>;

/// Part of a byte that is always the same; anything else is refused. Reserved bits are FixedBits of zero.
template <class Struct>
struct FixedBits {
  std::string_view name;
  unsigned value;
  unsigned width;
  std::string_view meaning;

  static constexpr std::size_t members = 0;
  unsigned get(const Struct&) const { return value; }
  bool set(Struct&, unsigned v) const { return v == value; }
};

/// One byte that several members share, most significant first. The widths add up to 8.
template <class Struct, class... Parts>
struct Bits {
  std::string_view name;
  std::tuple<Parts...> parts;

  static constexpr std::size_t members = (std::size_t{0} + ... + Parts::members);
  static constexpr std::size_t max_size = 1;
  void write(Writer& w, const Struct& s) const {
    unsigned byte = 0;
    std::apply(
        [&](const auto&... part) {
          ((byte = byte << part.width | (part.get(s) & ((1u << part.width) - 1))), ...);
        },
        parts);
    w.big_endian(byte, 1);
  }
  void read(Reader& r, Struct& s) const {
    const auto byte = static_cast<unsigned>(r.big_endian(1));
    unsigned left = 8;
    bool fits = true;
    std::apply(
        [&](const auto&... part) {
          ((left -= part.width, fits &= part.set(s, byte >> left & ((1u << part.width) - 1))), ...);
        },
        parts);
    if (!fits) r.fail(Fault::non_canonical);
  }
};
template <class Struct, class... Parts>
constexpr Bits<Struct, Parts...> bits(std::string_view name, Parts... parts) {
  return {name, {parts...}};
}

/// Bytes that are always the same.
template <class Struct, std::size_t N>
struct Magic {
  std::string_view name;
  std::array<char, N> value;
  std::string_view meaning;

  static constexpr std::size_t members = 0;
  static constexpr std::size_t max_size = N;
  void write(Writer& w, const Struct&) const { w.bytes(std::as_bytes(std::span(value))); }
  void read(Reader& r, Struct&) const {
    const ByteView got = r.take(N);
    if (r.ok() && !std::ranges::equal(got, std::as_bytes(std::span(value)))) r.fail(Fault::non_canonical);
  }
};

template <class T>
concept Declared = requires {
  Wire<T>::name;
  Wire<T>::fields;
};

/// Members that the field list of T names.
template <Declared T>
constexpr std::size_t declared_members() {
  return std::apply(
      [](const auto&... f) { return (std::size_t{0} + ... + std::decay_t<decltype(f)>::members); },
      Wire<T>::fields);
}

/// Bytes that T takes at most; `rest` and `zeros` count as nothing.
template <Declared T>
constexpr std::size_t max_size() {
  return std::apply(
      [](const auto&... f) { return (std::size_t{0} + ... + std::decay_t<decltype(f)>::max_size); },
      Wire<T>::fields);
}

struct NoObserver {
  template <class F, class T>
  void operator()(const F&, const T&, std::size_t, std::size_t) const {}
};

template <Declared T>
void write_fields(Writer& w, const T& value) {
  static_assert(declared_members<T>() == member_count<T>(), "a member has no field in the wire declaration");
  std::apply([&](const auto&... field) { (field.write(w, value), ...); }, Wire<T>::fields);
}

/// Reads the fields of T in order; `observe(field, value_so_far, begin, end)` is called after each with its
/// extent in the source, which is what a dissector shows.
template <Declared T, class Observer = NoObserver>
void read_fields(Reader& r, T& value, Observer&& observe = {}) {
  static_assert(declared_members<T>() == member_count<T>(), "a member has no field in the wire declaration");
  std::apply(
      [&](const auto&... field) {
        [[maybe_unused]] const auto one = [&](const auto& f) {
          const std::size_t begin = r.position();
          r.enter(f.name);
          f.read(r, value);
          if (r.ok()) observe(f, value, begin, r.position());
        };
        (one(field), ...);
      },
      Wire<T>::fields);
  if constexpr (requires { Wire<T>::valid(value); }) {
    if (r.ok() && !Wire<T>::valid(value)) r.fail(Fault::contradiction);
  }
}

/// A declared struct as the value of a field.
template <Declared T>
struct Nested {
  static constexpr std::size_t max_size = wire::max_size<T>();
  static void write(Writer& w, const T& v) { write_fields(w, v); }
  static void read(Reader& r, T& v) { read_fields(r, v); }
  static std::string notation() { return std::string(Wire<T>::name); }
};
template <Declared T>
inline constexpr Nested<T> nested{};

}  // namespace avocet::wire
