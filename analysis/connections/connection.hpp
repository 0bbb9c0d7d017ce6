#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "analysis/connections/direction.hpp"
#include "protocol/base/ids.hpp"

namespace avocet::analysis {

/// Who sends.
enum class Side : std::uint8_t { client = 0, server = 1 };
constexpr Side other(Side side) { return side == Side::client ? Side::server : Side::client; }

/// One connection, as far as a capture shows it.
struct Connection {
  std::size_t index = 0;
  std::optional<ConnectionId> client_id,
      server_id;                  ///< that packets to the client and to the server first bore
  std::vector<ConnectionId> ids;  ///< all that it has used, at most 64
  Direction up, down;             ///< from the client, from the server

  /// Nobody looks at thousands of graphs and lists: what comes after the first hundred is told in less
  /// detail.
  bool detailed() const { return index < 100; }

  bool sides_known = false;  ///< who is client; else the one whose packets go to the lower port
  std::optional<Time> hello, server_hello, established;  ///< established: the first Protected packet
  std::uint64_t hellos = 0, retries = 0, refusals = 0, resets = 0;
  std::uint64_t unopened = 0;  ///< Protected packets that the keys at hand did not open

  Direction& direction(Side from) { return from == Side::client ? up : down; }
  const Direction& direction(Side from) const { return from == Side::client ? up : down; }
  /// The server, for a person and for flows beside it.
  const PeerAddress& server() const { return up.packets > 0 ? up.to : down.from; }
  const PeerAddress& client() const { return up.packets > 0 ? up.from : down.to; }
};

}  // namespace avocet::analysis
