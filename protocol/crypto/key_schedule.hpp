#pragma once

#include <cstddef>

#include "protocol/base/bytes.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/secret.hpp"

namespace avocet::crypto {

/// A secret of the key schedule, from which keys are derived.
using ScheduleSecret = Secret<hash_size>;

/// Key and initialisation vector of AES-256-GCM for one direction and one generation.
struct PacketKey {
  Secret<32> key;
  Secret<12> iv;
};

/// Secrets of both directions.
struct TrafficSecrets {
  ScheduleSecret client, server;
};

/// TLS 1.3's ladder (RFC 8446 section 7.1) with SHA-384 and our labels. Its three steps are called in this
/// order:
///
///     0 -> Extract(ticket's secret or 0) = early -> "res binder"
///             Derive("derived") -> Extract(shared secret) = handshake -> "c hs traffic", "s hs traffic"
///             Derive("derived") -> Extract(0)             = master    -> "c ap traffic", "s ap traffic",
///                                                                        "exp master", "res master"
class KeySchedule {
 public:
  /// `ticket_secret` is empty when no session is resumed.
  explicit KeySchedule(const Context& context, ByteView ticket_secret = {});

  /// The secret whose finished_mac binds a Hello to its ticket. Before all other steps.
  ScheduleSecret binder() const;

  /// `transcript`: up to and with ServerHello.
  TrafficSecrets handshake(ByteView shared_secret, const Hash& transcript);

  struct Application {
    TrafficSecrets traffic;  // generation 0
    ScheduleSecret exporter;
  };
  /// `transcript`: up to and with ServerFinished.
  Application application(const Hash& transcript);

  /// The secret that a ticket carries. `transcript`: up to and with ClientFinished.
  ScheduleSecret resumption(const Hash& transcript) const;

 private:
  enum class Step { early, handshake, master };

  void climb(ByteView input, Step to);
  ScheduleSecret derive(std::string_view label, const Hash& transcript) const;

  const Context* context_;
  ScheduleSecret current_;
  Step step_ = Step::early;
};

/// The secret of one ticket of a connection (label "ticket"): each ticket has its own, which shows nothing of
/// the others'.
ScheduleSecret ticket_secret(const Context& context, const ScheduleSecret& resumption, ByteView ticket);

/// Keys of a traffic secret (labels "key" and "iv").
PacketKey packet_key(const Context& context, const ScheduleSecret& traffic_secret);

/// Traffic secret of the next generation (label "traffic upd", RFC 8446 section 7.2).
ScheduleSecret next_generation(const Context& context, const ScheduleSecret& traffic_secret);

/// The body of a Finished message (RFC 8446 section 4.4.4), or a Hello's binder: HMAC of the transcript under
/// the "finished" key of the sender's handshake traffic secret, or of the binder's. Compare with
/// equal_in_constant_time.
Hash finished_mac(const Context& context, const ScheduleSecret& handshake_traffic_secret,
                  const Hash& transcript);

}  // namespace avocet::crypto
