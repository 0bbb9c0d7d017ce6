#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "endpoints/client/options.hpp"
#include "endpoints/state/known_hosts.hpp"
#include "protocol/session/config.hpp"

namespace avocet::client {

/// Whether a server is believed to be the one that was asked for: by a pinned fingerprint, by certificate
/// authorities, or because it shows the certificate that it showed the first time.
class ServerTrust {
 public:
  static state::Result<ServerTrust> load(const ServerOptions&, const crypto::Context&);

  /// What the session verifies during the handshake.
  const session::Trust& trust() const { return trust_; }
  /// The handshake has succeeded. A server that was met for the first time is remembered from now on; the
  /// text says so to the user, and is empty when there is nothing to say.
  state::Result<std::string> accept(std::string_view fingerprint);
  /// The session did not believe the server, for this reason: what a user must know and can do.
  std::string explain_refusal(std::string_view reason) const;

 private:
  enum class Ground : std::uint8_t { pinned, authorities, known, first_use };

  std::string server_;  // host:port
  Ground ground_ = Ground::first_use;
  session::Trust trust_;
  std::optional<state::KnownHosts> known_;
};

}  // namespace avocet::client
