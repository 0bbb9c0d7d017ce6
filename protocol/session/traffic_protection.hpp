#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "protocol/crypto/key_log.hpp"
#include "protocol/session/config.hpp"
#include "protocol/session/established.hpp"
#include "protocol/session/packet_protection.hpp"

namespace avocet::session {

/// Seals and opens Protected packets, of which each direction's keys have generations (RFC 9001 section 6;
/// protocol.md "Key update"). The key phase of a packet is its generation's lowest bit. Packet numbers run on
/// through all generations, with one window against repeats.
///
///     sending    n     -> n+1    when we begin an update, or with the first packet of the peer's generation
///     n+1 receiving  n     -> n+1    with that packet, and only with it: an authentic one
///
/// Sending is thus at most one generation ahead. The opener of the generation before is kept for a while for
/// packets that come late; the one of the next is made when it is first tried and then kept, so that forged
/// phases cost no more than other forged packets.
class TrafficProtection {
 public:
  /// The secrets are those of generation 0. Lines for a key log are made of later ones if `key_log`.
  TrafficProtection(std::shared_ptr<const crypto::Context>, Role, const crypto::TrafficSecrets&,
                    const KeyLimits&, PacketNumber first_received, Time now);

  static constexpr std::size_t payload_at = PacketProtection::payload_at;

  /// As PacketProtection::seal, under the current generation.
  [[nodiscard]] bool seal(ByteSpan packet, std::size_t frames, ConnectionId destination, PacketNumber,
                          bool spin);
  /// Few packets are left, under keys that cannot be updated or of all that can be numbered: enough to take
  /// leave, no more.
  bool nearly_used_up(PacketNumber next) const;

  enum class Refusal : std::uint8_t {
    malformed,
    duplicate,
    not_authentic,
    against_rules,  ///< authentic, but of a generation that it must not have: the connection is to end
  };
  struct Opened {
    PacketNumber number;
    ConnectionId destination;
    bool spin = false;
    bool newest = false;           ///< no larger number was opened before
    std::uint64_t generation = 0;  ///< of the keys that opened it
    bool first_of_generation = false;
    ByteSpan frames;  ///< inside the datagram
  };
  /// Opens in place. Only an authentic packet changes any state; the first one of the peer's next generation
  /// updates the keys of both directions. The keys before it are kept for `keep_previous`, three probe
  /// timeouts.
  std::expected<Opened, Refusal> open(Time now, Duration keep_previous, ByteSpan packet);

  /// The peer acknowledged packets up to `largest`, in a packet of `generation`. False when it must have used
  /// a newer one, for it has seen ours: the connection is to end.
  [[nodiscard]] bool on_acknowledged(PacketNumber largest, std::uint64_t generation);
  /// An update may begin: the peer has shown that it has the current keys, and the ones before are gone.
  bool may_update() const {
    return acknowledged_ && sending_.generation == receiving_.generation && !previous_;
  }
  /// The limits say that one should.
  bool update_due(Time now) const;
  /// Begins one, if it may: the next packet is sealed under new keys.
  bool update(Time now);
  /// Forgets the keys before the current ones when their time is over.
  void expire(Time now) {
    if (previous_ && now >= forget_previous_) previous_.reset();
  }

  std::uint64_t sending_generation() const { return sending_.generation; }
  std::uint64_t receiving_generation() const { return receiving_.generation; }

  /// A secret that came into use, for the key log.
  struct NewSecret {
    std::string_view label;  ///< of crypto::key_log
    std::uint64_t generation = 0;
    crypto::ScheduleSecret secret;
  };
  /// Those since the last call; at most one of each direction is kept.
  std::vector<NewSecret> take_new_secrets();

 private:
  struct Direction {
    std::string_view label;  // of crypto::key_log
    crypto::ScheduleSecret secret;
    std::uint64_t generation = 0;
    bool log_due = false;
  };

  std::optional<ByteSpan> open_current(PacketNumber, ByteSpan packet, bool& against_rules);
  std::optional<ByteSpan> open_previous(PacketNumber, ByteSpan packet);
  std::optional<ByteSpan> open_next(Time now, Duration keep_previous, PacketNumber, ByteSpan packet,
                                    bool& against_rules);
  void follow(Time now, Duration keep_previous, PacketNumber first);
  void advance_sending(Time now);
  crypto::Sealer make_sealer() const;

  std::shared_ptr<const crypto::Context> context_;
  KeyLimits limits_;

  Direction sending_;
  crypto::Sealer sealer_;
  std::optional<PacketNumber> first_sealed_;  // of the current generation
  bool acknowledged_ = false;                 // some packet of the current generation was
  Time sealing_since_;

  Direction receiving_;
  crypto::Opener opener_;
  crypto::ReplayWindow replay_;
  PacketNumber lowest_;          // opened in the current generation
  PacketNumber above_previous_;  // and above all that were opened in the one before
  std::optional<crypto::Opener> previous_;
  Time forget_previous_{};
  struct Next {
    crypto::ScheduleSecret secret;
    crypto::Opener opener;
  };
  std::optional<Next> next_;
};

}  // namespace avocet::session
