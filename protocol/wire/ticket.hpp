#pragma once

#include <array>
#include <cstdint>

#include "protocol/base/address.hpp"
#include "protocol/wire/codec.hpp"

/// What a server seals for itself and lets its clients keep. Nobody else reads it.
namespace avocet::wire {

inline constexpr std::size_t max_ticket = 512;
inline constexpr std::size_t max_token = 256;
/// Bytes of the service's that a ticket may hold.
inline constexpr std::size_t max_sealed_service = 192;

/// In the clear before the contents, which are sealed with it as additional data.
struct SealHead {
  std::uint8_t shard = 0;
  std::uint64_t period = 0;
  std::array<std::byte, 16> id{};
  bool operator==(const SealHead&) const = default;
};
template <>
struct Wire<SealHead> {
  static constexpr std::string_view name = "SealHead", meaning = "what stands before sealed contents";
  static constexpr std::tuple fields{
      Field{"shard", &SealHead::shard, u8, "the listener that made it, and alone takes it"},
      Field{"period", &SealHead::period, u64, "of the server's clock: which key"},
      Field{"id", &SealHead::id, bytes<16>, "random, so that each has a key of its own"}};
};
inline constexpr std::size_t seal_head_size = 25;

struct TicketContents {
  std::uint64_t serial = 0;
  std::uint64_t issued = 0;
  std::array<std::byte, 48> resumption{};
  std::uint64_t max_data = 0, max_stream_data = 0;
  Bytes client_key;
  Bytes service;
  bool operator==(const TicketContents&) const = default;
};
template <>
struct Wire<TicketContents> {
  static constexpr std::string_view name = "TicketContents",
                                    meaning = "what a server must know to go on with a client";
  static constexpr std::tuple fields{
      Field{"serial", &TicketContents::serial, u64,
            "counts what the listener has sealed: each is taken once"},
      Field{"issued", &TicketContents::issued, u64, "ns of the server's clock, two's complement"},
      Field{"resumption", &TicketContents::resumption, bytes<48>, "resumption secret of the connection"},
      Field{"max_data", &TicketContents::max_data, varint, "that the client's Parameters said"},
      Field{"max_stream_data", &TicketContents::max_stream_data, varint, "likewise"},
      Field{"client_key", &TicketContents::client_key, blob<max_ticket>,
            "SubjectPublicKeyInfo of the client"},
      Field{"service", &TicketContents::service, blob<max_sealed_service>, "of the service above"}};
};

struct TokenContents {
  std::uint64_t serial = 0;
  std::uint64_t issued = 0;
  std::array<std::byte, 16> address{};
  bool operator==(const TokenContents&) const = default;
};
template <>
struct Wire<TokenContents> {
  static constexpr std::string_view name = "TokenContents", meaning = "an address that was proven";
  static constexpr std::tuple fields{
      Field{"serial", &TokenContents::serial, u64, "counts what the listener has sealed: each is taken once"},
      Field{"issued", &TokenContents::issued, u64, "ns of the server's clock, two's complement"},
      Field{"address", &TokenContents::address, bytes<16>, "IPv6, or IPv4 mapped into it; without the port"}};
};

}  // namespace avocet::wire
