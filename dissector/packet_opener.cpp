#include "dissector/packet_opener.hpp"

#include <algorithm>
#include <cstring>

#include "protocol/base/packet_number.hpp"
#include "protocol/crypto/key_log.hpp"

namespace avocet::dissector {
namespace {

using wire::sealed_header_size;

/// Generations beyond the log's last that are worth deriving.
constexpr std::uint64_t derivable = 8;
/// Turns of the low 32 bits that a capture may have missed before it began.
constexpr std::uint64_t missed_turns = 4;

std::optional<ByteSpan> open_copy(crypto::Opener& opener, PacketNumber number, ByteView packet,
                                  ByteSpan room) {
  const ByteSpan body = room.first(packet.size() - sealed_header_size);
  std::memcpy(body.data(), packet.data() + sealed_header_size, body.size());
  return opener.open(number, packet.first(sealed_header_size), body);
}

std::string handshake_label(Side side) {
  return std::string(side == Side::client ? crypto::key_log::client_handshake
                                          : crypto::key_log::server_handshake);
}

std::string traffic_label(Side side, std::uint64_t generation) {
  return std::string(side == Side::client ? crypto::key_log::client_traffic
                                          : crypto::key_log::server_traffic) +
         std::to_string(generation);
}

}  // namespace

std::expected<Unsealed, PacketOpener::Failure> PacketOpener::open(ConnectionSecrets* secrets,
                                                                  const wire::SealedHeader& header,
                                                                  ByteView packet, ByteSpan room) {
  if (header.kind == wire::PacketKind::handshake) return open_handshake(secrets, header, packet, room);
  if (secrets == nullptr || secrets->of(side_).traffic.empty())
    return std::unexpected(Failure{traffic_label(side_, header.key_phase ? 1 : 0)});
  auto opened = search(*secrets, header, packet, room);
  if (!opened) return std::unexpected(Failure{});
  settle(*opened);
  return *opened;
}

PacketNumber PacketOpener::number_of(const wire::SealedHeader& header) const {
  return expand(header.number_low,
                header.kind == wire::PacketKind::handshake ? handshake_next_ : traffic_next_);
}

void PacketOpener::assume(const wire::SealedHeader& header, PacketNumber number) {
  PacketNumber& next = header.kind == wire::PacketKind::handshake ? handshake_next_ : traffic_next_;
  next = std::max(next, number + 1);
}

std::expected<Unsealed, PacketOpener::Failure> PacketOpener::open_handshake(ConnectionSecrets* secrets,
                                                                            const wire::SealedHeader& header,
                                                                            ByteView packet, ByteSpan room) {
  if (!handshake_) {
    if (secrets == nullptr || !secrets->of(side_).handshake)
      return std::unexpected(Failure{handshake_label(side_)});
    handshake_ = std::make_unique<crypto::Opener>(
        *context_, crypto::packet_key(*context_, *secrets->of(side_).handshake));
  }
  const PacketNumber number = number_of(header);
  const auto frames = open_copy(*handshake_, number, packet, room);
  if (!frames) return std::unexpected(Failure{});
  handshake_next_ = std::max(handshake_next_, number + 1);
  return Unsealed{.number = number, .opener = handshake_.get(), .frames = *frames};
}

/// The generation at hand, its neighbours, and before any packet has opened all that the log knows.
std::optional<Unsealed> PacketOpener::search(ConnectionSecrets& secrets, const wire::SealedHeader& header,
                                             ByteView packet, ByteSpan room) {
  const std::uint64_t phase = header.key_phase ? 1 : 0;
  const std::uint64_t now = generation_.value_or(0);
  if (generation_) {
    if (now % 2 == phase) {
      if (auto opened = try_generation(secrets, now, header, packet, room)) return opened;
    } else if (auto opened = try_generation(secrets, now + 1, header, packet, room)) {
      return opened;
    } else if (now > 0) {
      if (auto older = try_generation(secrets, now - 1, header, packet, room)) return older;
    }
  }
  const std::uint64_t last = std::max(secrets.of(side_).traffic.rbegin()->first, now) + (generation_ ? 0 : 2);
  for (std::uint64_t g = phase; g <= last; g += 2) {
    if (generation_ && g <= now + 1) continue;
    if (auto opened = try_generation(secrets, g, header, packet, room)) return opened;
  }
  return std::nullopt;
}

std::optional<Unsealed> PacketOpener::try_generation(ConnectionSecrets& secrets, std::uint64_t generation,
                                                     const wire::SealedHeader& header, ByteView packet,
                                                     ByteSpan room) {
  crypto::Opener* opener = opener_of(secrets, generation);
  if (opener == nullptr) return std::nullopt;
  const std::uint64_t turns = generation_ ? 1 : missed_turns;
  for (std::uint64_t turn = 0; turn < turns; ++turn) {
    const PacketNumber number = number_of(header) + (turn << 32);
    if (const auto frames = open_copy(*opener, number, packet, room))
      return Unsealed{.number = number, .generation = generation, .opener = opener, .frames = *frames};
  }
  return std::nullopt;
}

crypto::Opener* PacketOpener::opener_of(ConnectionSecrets& secrets, std::uint64_t generation) {
  if (const auto known = traffic_.find(generation); known != traffic_.end()) return known->second.get();
  auto& logged = secrets.of(side_).traffic;
  auto at = logged.upper_bound(generation);
  if (at == logged.begin()) return nullptr;
  --at;
  if (generation - at->first > derivable) return nullptr;
  crypto::ScheduleSecret secret = at->second;
  for (std::uint64_t g = at->first; g < generation; ++g) secret = crypto::next_generation(*context_, secret);
  auto made = std::make_unique<crypto::Opener>(*context_, crypto::packet_key(*context_, secret));
  return traffic_.emplace(generation, std::move(made)).first->second.get();
}

void PacketOpener::settle(Unsealed& opened) {
  if (!generation_ || opened.generation > *generation_) {
    opened.first_of_generation = generation_.has_value();
    generation_ = opened.generation;
    generation_began_ = opened.number;
  } else if (opened.generation == *generation_) {
    generation_began_ = std::min(generation_began_, opened.number);
  } else {
    opened.old_above_new = opened.number > generation_began_;
  }
  traffic_next_ = std::max(traffic_next_, opened.number + 1);
}

}  // namespace avocet::dissector
