#pragma once

#include <memory>
#include <optional>
#include <string>

#include "protocol/base/units.hpp"
#include "protocol/crypto/aead.hpp"
#include "protocol/crypto/certificate_chain.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/identity.hpp"
#include "protocol/crypto/trust_anchors.hpp"
#include "protocol/session/resumption.hpp"
#include "protocol/wire/handshake.hpp"
#include "protocol/wire/packets.hpp"

namespace avocet::session {

enum class Role : std::uint8_t { client, server };

/// How long traffic keys serve. Lower ones than the defaults are for tests; higher ones do not count.
struct KeyLimits {
  std::uint64_t packets = crypto::key_update_packets;   ///< sealed under a key when it is updated
  Duration time = 120s;                                 ///< for which a key has sealed when it is updated
  std::uint64_t hard = crypto::key_hard_limit_packets;  ///< no more is sealed under it, updated or not
};

/// What a session offers and where its bounds are. The same for both roles.
struct Config {
  Duration idle_timeout =
      30s;  ///< silence after which the connection is forgotten; pings keep it alive at a third of it
  Duration handshake_timeout = 10s;  ///< a client starts over after it; a server forgets the attempt
  Duration max_ack_delay = 25ms;     ///< longest time that an acknowledgement is held
  /// Largest datagram that is taken, and sent where the path carries it, of UDP payload: 1200 to 9000 bytes.
  std::size_t max_datagram = wire::largest_datagram;
  std::uint64_t max_data = 128 << 10;  ///< stream bytes received and not yet read, all streams (flow control)
  std::uint64_t max_stream_data = 128 << 10;
  std::uint64_t max_streams = 64;           ///< streams that the peer may open at first
  std::size_t max_send_buffer = 256 << 10;  ///< stream bytes that write() accepts beyond what is acknowledged
  std::size_t max_media_queue = 16 << 20;   ///< media bytes held for sending and repair
  std::size_t max_media_pending = 8 << 20;  ///< media bytes held for reassembly
  std::uint8_t max_ids = 4;                 ///< connection ids of the peer's that are kept, 1 to 4
  DataRate initial_rate = DataRate::mbps(1);
  DataRate max_rate = DataRate::mbps(1000);
  wire::Group group = wire::Group::x25519;  ///< of the client's share
  KeyLimits keys;
  bool key_log = false;  ///< emit KeyLog events
};

/// The most bytes that a session holds between two calls, whatever its peer does (AV-ERR-9): 1 MiB by
/// default. Media is aside, which max_media_queue and max_media_pending bound. The sum: streams cost an
/// eighth more than what they hold, and those for sending as much again for what is acknowledged but not yet
/// moved away; packets in flight 128 KiB and what they carried 192 KiB; ranges, acknowledgements, packets
/// that came early, ids and the session itself 64 KiB; a handshake, with what libcrypto makes of
/// certificates, 128 KiB.
constexpr std::size_t memory_cap(const Config& config) {
  const std::size_t in = static_cast<std::size_t>(config.max_data), out = config.max_send_buffer;
  return in + in / 8 + out + out / 3 + ((128 + 192 + 64 + 128) << 10);
}
static_assert(memory_cap({}) <= 1 << 20);

/// How a client decides whether a server is who it should be. `pinned` or `anchors` is used when given; with
/// neither, any server is accepted and its fingerprint reported (trust on first use is the caller's memory).
struct Trust {
  std::optional<crypto::Fingerprint> pinned;  ///< SHA-256 of the server's certificate
  std::shared_ptr<const crypto::TrustAnchors>
      anchors;       ///< certificate authorities; the chain must name `host`
  std::string host;  ///< DNS name, or IP address as text without brackets
};

/// Long-term keys and the instance of libcrypto that they were made with. Shared by the sessions of one
/// thread.
struct ServerCredentials {
  std::shared_ptr<crypto::Context> context;
  std::shared_ptr<const crypto::Identity> identity;
  std::shared_ptr<const crypto::CertificateChain> chain;
};
struct ClientCredentials {
  std::shared_ptr<crypto::Context> context;
  std::shared_ptr<const crypto::Identity> identity;
  Trust trust;
  /// Offered in the first attempt, when the server would be trusted now; without it, or when the server does
  /// not take it, the handshake is a full one.
  std::optional<Resumption> resumption;
};

}  // namespace avocet::session
