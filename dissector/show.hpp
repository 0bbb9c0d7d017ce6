#pragma once

#include <string>

#include "dissector/declared_fields.hpp"
#include "protocol/wire/reader.hpp"

/// Declared values as lines in Wireshark's tree, each over the bytes that it was read from.
namespace avocet::dissector {

/// Where lines go: into `tree`, over `tvb`, whose first byte is position `origin` of the Reader.
struct Sheet {
  tvbuff_t* tvb;
  proto_tree* tree;
  std::size_t origin = 0;

  int at(std::size_t position) const { return static_cast<int>(origin + position); }
  Sheet below(proto_item* item, int type) const { return {tvb, proto_item_add_subtree(item, type), origin}; }
};

/// Reads the fields of T and adds a line for each; stops, like every Reader, at the first fault.
template <wire::Declared T>
void show_fields(const Sheet& to, wire::Reader& r, T& value);

/// The same under a line of its own that bears the name of T.
template <wire::Declared T>
void show_nested(const Sheet& to, wire::Reader& r, T& value) {
  static const char* const name = keep(title(filter_name(wire::Wire<T>::name)));
  const std::size_t begin = r.position();
  proto_item* item = nullptr;
  proto_tree* below = proto_tree_add_subtree(to.tree, to.tvb, to.at(begin), 0, Ids<T>::tree, &item, name);
  show_fields(Sheet{to.tvb, below, to.origin}, r, value);
  proto_item_set_len(item, static_cast<int>(r.position() - begin));
}

namespace detail {

/// A line for a value that is a number, text or bytes.
template <class Encoding, class Value>
void show_leaf(const Sheet& to, int id, std::size_t begin, std::size_t end, const Value& value) {
  const int at = to.at(begin), size = static_cast<int>(end - begin);
  if constexpr (std::is_same_v<Encoding, wire::VarintMicroseconds>) {
    proto_tree_add_uint64(to.tree, id, to.tvb, at, size, static_cast<std::uint64_t>(to_microseconds(value)));
  } else if constexpr (std::is_same_v<Value, std::string>) {
    proto_tree_add_string(to.tree, id, to.tvb, at, size, value.c_str());
  } else if constexpr (requires { ByteView(value); }) {
    const ByteView bytes(value);  // they end the field; their length may stand before them
    const int length = static_cast<int>(bytes.size());
    proto_tree_add_bytes(to.tree, id, to.tvb, at + size - length, length,
                         reinterpret_cast<const guint8*>(bytes.data()));
  } else if constexpr (std::is_same_v<Value, bool>) {
    proto_tree_add_boolean(to.tree, id, to.tvb, at, size, value);
  } else if constexpr (std::is_same_v<Encoding, wire::Zeros>) {
    proto_tree_add_uint64(to.tree, id, to.tvb, at, size, value);
  } else {
    const std::uint64_t number = wire::detail::to_number(value);
    using N = Number<Value>;
    if constexpr (std::is_signed_v<N> && sizeof(N) == 8) {
      proto_tree_add_int64(to.tree, id, to.tvb, at, size, static_cast<std::int64_t>(number));
    } else if constexpr (sizeof(N) == 8) {
      proto_tree_add_uint64(to.tree, id, to.tvb, at, size, number);
    } else {
      proto_tree_add_uint(to.tree, id, to.tvb, at, size, static_cast<std::uint32_t>(number));
    }
  }
}

/// Reads one value and shows it: a leaf, something optional, a list, or a declared part.
template <class Encoding, class Value>
void show_value(const Sheet& to, const int* row, const Encoding& encoding, wire::Reader& r, Value& value) {
  const std::size_t begin = r.position();
  if constexpr (is_nested<Encoding>) {
    show_nested(to, r, value);
  } else if constexpr (is_counted<Encoding>) {
    wire::Reader items = r;
    encoding.read(r, value);
    if (!r.ok()) return;
    items.varint();
    proto_tree_add_uint(to.tree, row[1], to.tvb, to.at(begin), static_cast<int>(items.position() - begin),
                        static_cast<std::uint32_t>(value.size()));
    for (auto& item : value) show_value(to, row, encoding.inner, items, item);
  } else if constexpr (is_optional_encoding<Encoding>) {
    wire::Reader inside = r;
    encoding.read(r, value);
    if (!r.ok() || !value) return;
    inside.take(1);
    show_value(to, row, encoding.inner, inside, *value);
  } else {
    encoding.read(r, value);
    if (r.ok()) show_leaf<Encoding>(to, *row, begin, r.position(), value);
  }
}

/// A byte that several members share, and each of them as the bits that it is.
template <wire::Declared T, class Bits>
void show_bits(const Sheet& to, const int* row, std::size_t position, const Bits& bits) {
  const int at = to.at(position);
  const std::uint8_t byte = tvb_get_guint8(to.tvb, at);
  const Sheet below = to.below(proto_tree_add_uint(to.tree, *row, to.tvb, at, 1, byte), Ids<T>::tree);
  const auto one = [&]<class Part>(const Part& part) {
    ++row;
    if constexpr (requires(T t) {
                    { t.*part.member } -> std::same_as<bool&>;
                  }) {
      proto_tree_add_boolean(below.tree, *row, to.tvb, at, 1, byte);
    } else {
      proto_tree_add_uint(below.tree, *row, to.tvb, at, 1, byte);
    }
  };
  std::apply([&](const auto&... part) { (one(part), ...); }, bits.parts);
}

template <wire::Declared T, class Element>
void show_element(const Sheet& to, const int* row, const Element& element, wire::Reader& r, T& value) {
  const std::size_t begin = r.position();
  r.enter(element.name);
  if constexpr (requires { element.encoding; }) {
    show_value(to, row, element.encoding, r, value.*element.member);
  } else {
    element.read(r, value);
    if (!r.ok()) return;
    if constexpr (requires { element.parts; }) {
      show_bits<T>(to, row, begin, element);
    } else {
      const std::string text(element.value.begin(), element.value.end());
      proto_tree_add_string(to.tree, *row, to.tvb, to.at(begin), static_cast<int>(text.size()), text.c_str());
    }
  }
}

}  // namespace detail

template <wire::Declared T>
void show_fields(const Sheet& to, wire::Reader& r, T& value) {
  for_each_element<T>([&](const auto& element, auto index) {
    if (r.ok()) detail::show_element(to, Ids<T>::field[index].data(), element, r, value);
  });
  if constexpr (requires { wire::Wire<T>::valid(value); }) {
    if (r.ok() && !wire::Wire<T>::valid(value)) r.fail(wire::Fault::contradiction);
  }
}

}  // namespace avocet::dissector
