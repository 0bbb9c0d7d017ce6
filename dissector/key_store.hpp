#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/ids.hpp"
#include "protocol/crypto/key_schedule.hpp"

/// Secrets by connection, from key log files and from comments in captures (AV-KEY-8).
namespace avocet::dissector {

enum class Side : std::uint8_t { client, server };
constexpr Side other(Side side) { return side == Side::client ? Side::server : Side::client; }
constexpr std::size_t index_of(Side side) { return side == Side::client ? 0 : 1; }

using ClientRandom = std::array<std::byte, 32>;

/// The secrets of what each side seals; those of traffic by generation.
struct ConnectionSecrets {
  struct OfSide {
    std::optional<crypto::ScheduleSecret> handshake;
    std::map<std::uint64_t, crypto::ScheduleSecret> traffic;
  };
  OfSide sides[2];
  OfSide& of(Side side) { return sides[index_of(side)]; }
};

class KeyStore {
 public:
  /// Forgets everything and reads the file anew. An empty path: there is none.
  void open(std::string path);
  /// Reads what was added to the file since. True when there was something.
  bool read_more();
  /// Takes in lines, as from a comment. Lines that are no key log's are passed over.
  void add(std::string_view lines);

  /// Nothing when no line is about that connection.
  ConnectionSecrets* find(const ClientRandom&);
  /// The connection whose id that is.
  std::optional<ClientRandom> owner(ConnectionId) const;
  const std::string& path() const { return path_; }

 private:
  void add_line(std::string_view line);

  std::string path_;
  std::int64_t read_ = 0;  // bytes of the file
  std::string tail_;       // of a line whose end was not yet written
  std::map<ClientRandom, ConnectionSecrets> secrets_;
  std::map<ConnectionId, ClientRandom> owners_;
};

}  // namespace avocet::dissector
