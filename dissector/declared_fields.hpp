#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "dissector/shape.hpp"
#include "protocol/wire/handshake.hpp"
#include "protocol/wire/service.hpp"

/// The header fields of everything in the wire declaration.
namespace avocet::dissector {

/// Types that stand in others, without a number of their own.
using Parts = wire::Registry<wire::AckRange, wire::Arrival, wire::EcnCounts, wire::FrameHead, wire::Extension,
                             wire::User, wire::Title, wire::Track>;

/// Wireshark's numbers for the fields of T. A row for each element of the declaration: the value itself, then
/// the bits of a byte that several share, or how often a counted value comes.
template <wire::Declared T>
struct Ids {
  static constexpr std::size_t elements = std::tuple_size_v<std::decay_t<decltype(wire::Wire<T>::fields)>>;
  using Row = std::array<int, 9>;
  static constexpr std::size_t count_at = 1;
  inline static std::array<Row, elements> field = [] {
    std::array<Row, elements> rows{};
    for (Row& row : rows) row.fill(-1);
    return rows;
  }();
  inline static int tree = -1;
};

/// `visit(element, index)` for each element in the declaration of T.
template <wire::Declared T, class Visitor>
void for_each_element(Visitor&& visit) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (visit(std::get<I>(wire::Wire<T>::fields), std::integral_constant<std::size_t, I>{}), ...);
  }(std::make_index_sequence<Ids<T>::elements>{});
}

/// Registers all of them, and their trees, with the protocol.
void register_declared_fields(int protocol);

}  // namespace avocet::dissector
