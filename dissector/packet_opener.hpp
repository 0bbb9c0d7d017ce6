#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "dissector/key_store.hpp"
#include "protocol/crypto/aead.hpp"
#include "protocol/wire/packets.hpp"

/// Opens the sealed packets of one side of one connection, whichever generation of keys they need.
namespace avocet::dissector {

/// How a packet was opened, and how it can be opened again.
struct Unsealed {
  PacketNumber number;
  std::uint64_t generation = 0;
  crypto::Opener* opener = nullptr;  ///< lives as long as its PacketOpener
  bool first_of_generation = false;  ///< the first packet seen under newer keys than those before
  bool old_above_new = false;        ///< under older keys, though its number is above those of newer ones
  ByteSpan frames;                   ///< the plain text, in the room that was given
};

class PacketOpener {
 public:
  PacketOpener(const crypto::Context& context, Side side) : context_(&context), side_(side) {}

  struct Failure {
    std::string missing;  ///< label of the secret that would be needed; empty: the packet is not authentic
  };
  /// `packet` is whole and begins with `header`; `room` has its size at least, and holds what was opened.
  /// Only a packet that opens changes any state. `secrets` may be null.
  std::expected<Unsealed, Failure> open(ConnectionSecrets* secrets, const wire::SealedHeader& header,
                                        ByteView packet, ByteSpan room);
  /// The number that such a header has, opened or not.
  PacketNumber number_of(const wire::SealedHeader&) const;
  /// Takes note of a number that cannot be authenticated, for want of keys.
  void assume(const wire::SealedHeader&, PacketNumber);
  bool handshake_opened() const { return handshake_next_.value > 0; }

 private:
  std::expected<Unsealed, Failure> open_handshake(ConnectionSecrets*, const wire::SealedHeader&, ByteView,
                                                  ByteSpan);
  std::optional<Unsealed> try_generation(ConnectionSecrets&, std::uint64_t, const wire::SealedHeader&,
                                         ByteView, ByteSpan);
  std::optional<Unsealed> search(ConnectionSecrets&, const wire::SealedHeader&, ByteView, ByteSpan);
  crypto::Opener* opener_of(ConnectionSecrets&, std::uint64_t generation);
  void settle(Unsealed&);

  const crypto::Context* context_;
  Side side_;
  std::unique_ptr<crypto::Opener> handshake_;
  PacketNumber handshake_next_{0};
  std::map<std::uint64_t, std::unique_ptr<crypto::Opener>> traffic_;
  PacketNumber traffic_next_{0};
  std::optional<std::uint64_t> generation_;  // of the newest keys that opened a packet
  PacketNumber generation_began_{0};         // lowest number opened under them
};

}  // namespace avocet::dissector
