#pragma once

#include <string>
#include <utility>
#include <vector>

#include "protocol/wire/codec.hpp"

/// Any declared value as text, field by field, by walking its wire declaration: what a vector is compared to.
namespace avocet::test {

/// Fields in the order of the wire: ("ranges[0].gap", "4").
using FieldValues = std::vector<std::pair<std::string, std::string>>;

class FieldValueList {
 public:
  template <wire::Declared T>
  void add(const std::string& prefix, const T& value) {
    std::apply([&](const auto&... field) { (add_field(prefix, field, value), ...); }, wire::Wire<T>::fields);
  }

  FieldValues values;

 private:
  template <class S, class M, class E>
  void add_field(const std::string& prefix, const wire::Field<S, M, E>& field, const S& s) {
    put(prefix + std::string(field.name), field.encoding, s.*field.member);
  }
  template <class S, class... Parts>
  void add_field(const std::string& prefix, const wire::Bits<S, Parts...>& field, const S& s) {
    std::apply([&](const auto&... part) { (number(prefix + std::string(part.name), part.get(s)), ...); },
               field.parts);
  }
  template <class S, std::size_t N>
  void add_field(const std::string& prefix, const wire::Magic<S, N>& field, const S&) {
    text(prefix + std::string(field.name), std::string(field.value.begin(), field.value.end()));
  }

  void number(std::string name, auto value) { values.emplace_back(std::move(name), std::to_string(value)); }
  void text(std::string name, const std::string& value) {
    values.emplace_back(std::move(name), '"' + value + '"');
  }
  void bytes(std::string name, ByteView value) { values.emplace_back(std::move(name), to_hex(value)); }

  template <class T>
  void integer(std::string name, const T& value) {
    if constexpr (std::is_signed_v<T>) {
      number(std::move(name), static_cast<std::int64_t>(value));
    } else {
      number(std::move(name), wire::detail::to_number(value));
    }
  }
  template <std::size_t Width, class T>
  void put(std::string name, wire::BigEndian<Width>, const T& value) {
    integer(std::move(name), value);
  }
  template <class T>
  void put(std::string name, wire::Varint, const T& value) {
    integer(std::move(name), value);
  }
  void put(std::string name, wire::VarintSigned, std::int64_t value) { number(std::move(name), value); }
  void put(std::string name, wire::VarintMicroseconds, Duration value) {
    number(std::move(name), to_microseconds(value));
  }
  template <std::size_t N>
  void put(std::string name, wire::FixedBytes<N>, const std::array<std::byte, N>& value) {
    bytes(std::move(name), value);
  }
  template <std::size_t Max, class Length>
  void put(const std::string& name, wire::Blob<Max, Length>, ByteView value) {
    number(name + ".length", value.size());
    if (!value.empty()) bytes(name, value);
  }
  template <std::size_t Max>
  void put(std::string name, wire::Text<Max>, const std::string& value) {
    text(std::move(name), value);
  }
  void put(std::string name, wire::Rest, ByteView value) { bytes(std::move(name), value); }
  void put(std::string name, wire::Zeros, std::size_t value) { number(std::move(name), value); }
  template <class Inner, class T>
  void put(const std::string& name, const wire::Optional<Inner>& encoding, const std::optional<T>& value) {
    number(name + ".present", int{value.has_value()});
    if (value) put(name, encoding.inner, *value);
  }
  template <std::size_t Max, class Inner, class Container>
  void put(const std::string& name, const wire::Counted<Max, Inner>& encoding, const Container& value) {
    number(name + ".count", value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
      put(name + "[" + std::to_string(i) + "]", encoding.inner, value[i]);
    }
  }
  template <class T>
  void put(const std::string& name, wire::Nested<T>, const T& value) {
    add(name + ".", value);
  }
};

}  // namespace avocet::test
