#include "dissector/declared_fields.hpp"

#include <deque>
#include <string>
#include <vector>

namespace avocet::dissector {
namespace {

/// Collects registrations; they stay where they are, for Wireshark keeps pointers into them.
class Registrar {
 public:
  Registrar() = default;

  void add(int* id, const std::string& filter, std::string_view name, Shape shape, std::uint64_t mask,
           std::string_view meaning) {
    fields_.push_back({id,
                       {keep(title(name)), keep("avocet." + filter), shape.type, shape.display, shape.strings,
                        mask, keep(title(meaning)), HFILL}});
  }
  void add_tree(int* id) { trees_.push_back(id); }

  void register_with(int protocol) {
    proto_register_field_array(protocol, fields_.data(), static_cast<int>(fields_.size()));
    proto_register_subtree_array(trees_.data(), static_cast<int>(trees_.size()));
  }

 private:
  std::vector<hf_register_info> fields_;
  std::vector<int*> trees_;
};

template <class Encoding, class Value>
void add_value(Registrar& to, int* row, const std::string& filter, std::string_view name,
               std::string_view meaning) {
  if constexpr (detail::is_optional_encoding<Encoding>) {
    add_value<decltype(Encoding::inner), typename Value::value_type>(to, row, filter, name, meaning);
  } else if constexpr (detail::is_counted<Encoding>) {
    add_value<decltype(Encoding::inner), typename Value::value_type>(to, row, filter, name, meaning);
    to.add(row + 1, filter + "_count", std::string(name) + " count", {FT_UINT32, BASE_DEC}, 0,
           "how many: " + std::string(meaning));
  } else if constexpr (!detail::is_nested<Encoding>) {
    to.add(row, filter, name, shape_of<Encoding, Value>(meaning), 0, meaning);
  }
}

template <class Part>
Shape part_shape(const Part& part) {
  if constexpr (requires { part.member; }) {
    using Value = std::decay_t<decltype(std::declval<Part>().member)>;
    return []<class S, class M>(M S::*) -> Shape {
      if constexpr (std::is_same_v<M, bool>)
        return {FT_BOOLEAN, 8, TFS(&tfs_set_notset)};
      else
        return {FT_UINT8, BASE_DEC, value_names<M>()};
    }(Value{});
  } else {
    const bool is_kind = part.name == "kind";
    return {FT_UINT8, BASE_DEC, is_kind ? value_names<wire::PacketKind>() : nullptr};
  }
}

template <class Bits>
void add_bits(Registrar& to, int* row, const std::string& prefix, const Bits& bits) {
  to.add(row, prefix + filter_name(bits.name), bits.name, {FT_UINT8, BASE_HEX}, 0, bits.name);
  unsigned left = 8;
  std::apply(
      [&](const auto&... part) {
        ((left -= part.width, to.add(++row, prefix + filter_name(part.name), part.name, part_shape(part),
                                     ((1u << part.width) - 1) << left, part.meaning)),
         ...);
      },
      bits.parts);
}

template <wire::Declared T>
void add_type(Registrar& to) {
  const std::string prefix = filter_name(wire::Wire<T>::name) + ".";
  to.add_tree(&Ids<T>::tree);
  for_each_element<T>([&](const auto& element, auto index) {
    int* row = Ids<T>::field[index].data();
    if constexpr (requires { element.parts; }) {
      add_bits(to, row, prefix, element);
    } else if constexpr (requires { element.encoding; }) {
      using Value = std::decay_t<decltype(std::declval<T>().*element.member)>;
      using Encoding = std::decay_t<decltype(element.encoding)>;
      add_value<Encoding, Value>(to, row, prefix + filter_name(element.name), element.name, element.meaning);
    } else {
      to.add(row, prefix + filter_name(element.name), element.name, {FT_STRING, BASE_NONE}, 0,
             element.meaning);
    }
  });
}

template <class... Ts>
void add_all(Registrar& to, wire::Registry<Ts...>) {
  (add_type<Ts>(to), ...);
}

}  // namespace

void register_declared_fields(int protocol) {
  static Registrar registrar;
  add_all(registrar, wire::PacketHeaders{});
  add_all(registrar, wire::ClearMessages{});
  add_all(registrar, wire::HandshakeMessages{});
  add_all(registrar, wire::Frames{});
  add_all(registrar, wire::ServiceMessages{});
  add_all(registrar, Parts{});
  registrar.register_with(protocol);
}

}  // namespace avocet::dissector
