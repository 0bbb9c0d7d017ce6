#pragma once

#include <expected>
#include <tuple>

#include "protocol/wire/fields.hpp"

/// Whole values to and from bytes, and registries: lists of types told apart by their leading type number.
namespace avocet::wire {

template <Declared T>
std::expected<T, DecodeError> decode(ByteView bytes) {
  Reader r(bytes);
  T value{};
  read_fields(r, value);
  if (r.ok() && r.remaining() > 0) r.enter("end"), r.fail(Fault::trailing);  // AV-ENC-7
  if (!r.ok()) return std::unexpected(r.error());
  return value;
}

template <Declared T>
std::size_t encoded_size(const T& value) {
  Writer measure{ByteSpan{}};
  write_fields(measure, value);
  return measure.size();
}

template <Declared T>
Bytes encode(const T& value) {
  Bytes out(encoded_size(value));
  Writer w(out);
  write_fields(w, value);
  return out;
}

/// The types of one name space. `Wire<T>::type` tells them apart.
template <class... Ts>
struct Registry {
  template <class Visitor>
  static constexpr void for_each(Visitor&& visit) {
    (visit(std::type_identity<Ts>{}), ...);
  }

  /// Reads the T of that type number and hands it to `visit(const T&)`. An unknown number faults the reader.
  template <class Visitor>
  static void read_body(std::uint64_t type, Reader& r, Visitor&& visit) {
    const auto attempt = [&]<class T>(std::type_identity<T>) {
      if (Wire<T>::type != type) return false;
      T value{};
      read_fields(r, value);
      if (r.ok()) visit(std::as_const(value));
      return true;
    };
    if (!(attempt(std::type_identity<Ts>{}) || ...)) r.fail(Fault::unknown_type);
  }

  template <class T>
  static constexpr bool holds = (std::is_same_v<T, Ts> || ...);
};

/// A type number (varint) and the value: how frames follow each other in a packet.
template <Declared T>
void write_typed(Writer& w, const T& value) {
  w.varint(Wire<T>::type);
  write_fields(w, value);
}

template <Declared T>
std::size_t typed_size(const T& value) {
  return varint_size(Wire<T>::type) + encoded_size(value);
}

/// Walks values of a registry to the end of `bytes`, calling `visit` with each. Stops at the first fault;
/// what was visited before it stands.
template <class Registry, class Visitor>
DecodeError read_all(ByteView bytes, Visitor&& visit) {
  Reader r(bytes);
  while (r.remaining() > 0) {
    r.enter("type");
    Registry::read_body(r.varint(), r, visit);
  }
  return r.error();
}

/// A type number (varint), the length of the body (varint), the body: how messages follow each other on a
/// stream, so that a receiver knows when one is whole.
template <Declared T>
Bytes frame_message(const T& value) {
  const std::size_t body = encoded_size(value);
  Bytes out(varint_size(Wire<T>::type) + varint_size(body) + body);
  Writer w(out);
  w.varint(Wire<T>::type);
  w.varint(body);
  write_fields(w, value);
  return out;
}

/// Where the first message in a stream's bytes ends.
struct MessageExtent {
  std::uint64_t type = 0;
  std::size_t header = 0;  ///< bytes of type and length
  std::size_t body = 0;    ///< bytes of the body
};

/// Nothing when more bytes are needed; a fault when what is there can never become a message of at most
/// `max_body`.
std::expected<std::optional<MessageExtent>, DecodeError> next_message(ByteView stream, std::size_t max_body);

/// Decodes one whole message body through `Registry`, strictly.
template <class Registry, class Visitor>
DecodeError read_message(std::uint64_t type, ByteView body, Visitor&& visit) {
  Reader r(body);
  r.enter("type");
  Registry::read_body(type, r, [&](const auto& value) {
    if (r.remaining() > 0) {
      r.enter("end"), r.fail(Fault::trailing);
    } else {
      visit(value);
    }
  });
  return r.error();
}

}  // namespace avocet::wire
