#pragma once

#include <cstdint>

#include "protocol/base/strong.hpp"

namespace avocet {

/// Number of a packet within one direction of one connection and one number space (RFC 9000 section 12.3).
/// Never skipped, never reused.
using PacketNumber = Strong<struct PacketNumberTag, std::uint64_t>;
/// Connection id: 8 opaque bytes, held as the big-endian number that they spell. A server puts its shard into
/// the topmost byte.
using ConnectionId = Strong<struct ConnectionIdTag, std::uint64_t>;
/// A reliable stream. Even numbers are opened by the client, odd ones by the server; stream 0 carries the
/// service.
using StreamId = Strong<struct StreamIdTag, std::uint64_t>;
/// One elementary stream (a rendition, or audio) on one connection; chosen by its sender, never reused.
using TrackId = Strong<struct TrackIdTag, std::uint32_t>;
/// Number of a media frame in decode order. All renditions of a title give the frame of one instant one
/// number.
using FrameNumber = Strong<struct FrameNumberTag, std::uint64_t>;
/// Number of a fragment on its track; runs on from frame to frame.
using FragmentNumber = Strong<struct FragmentNumberTag, std::uint64_t>;
/// Local name of a session at a Listener. Never on the wire.
using SessionId = Strong<struct SessionIdTag, std::uint64_t>;
/// One of the threads of a server, each with a Listener and sessions of its own.
using ShardId = Strong<struct ShardIdTag, std::uint8_t>;

}  // namespace avocet
