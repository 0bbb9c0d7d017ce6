#pragma once

#include <cstdint>

#include "protocol/base/inline_vector.hpp"

namespace avocet::recovery {

/// What a packet carried, as far as its loss or arrival matters to somebody: enough to tell the owner which
/// part of its state the packet was about. Recovery does not interpret it.
struct Carried {
  enum class What : std::uint8_t {
    ack,              ///< begin: largest packet number acknowledged
    stream,           ///< id: stream; begin, length: range; flag: with the end
    reset_stream,     ///< id: stream
    max_data,         ///< begin: limit
    max_stream_data,  ///< id: stream; begin: limit
    max_streams,      ///< begin: limit
    media,            ///< id: track; begin: fragment; length: bytes of data; flag: was a retransmission
    parity,           ///< id: track; begin: first fragment; length: row
    new_id,           ///< begin: sequence number
    retire_id,        ///< begin: sequence number
    mtu_probe,        ///< length: of the datagram
    done,
    ticket,
    token,
  };
  What what = What::ack;
  bool flag = false;
  std::uint32_t length = 0;
  std::uint64_t id = 0;
  std::uint64_t begin = 0;
};

/// Frames that matter, per packet. A packet is closed when this is full; 8 leaves room for control beside
/// media.
inline constexpr std::size_t max_carried = 8;
using CarriedList = InlineVector<Carried, max_carried>;

}  // namespace avocet::recovery
