#include "analysis/packets/packet_reader.hpp"

#include <algorithm>

#include "protocol/base/packet_number.hpp"
#include "protocol/wire/handshake.hpp"

namespace avocet::analysis {
namespace {

using wire::PacketKind;

}  // namespace

/// Opens the sealed packets that one end of one connection sends.
class PacketReader::Lane {
 public:
  Lane(const crypto::Context& context, const ConnectionSecrets::Direction& secrets)
      : context_(context), secrets_(secrets) {}

  /// In place. The number of the packet, and the generation of the keys.
  struct Opened {
    PacketNumber number;
    std::uint64_t generation = 0;
    ByteSpan frames;
  };
  std::optional<Opened> open(const Packet& packet, ByteSpan bytes, ByteView original, std::uint32_t low) {
    return packet.kind == PacketKind::handshake ? open_handshake(bytes, low)
                                                : open_protected(packet.key_phase, bytes, original, low);
  }

 private:
  static constexpr std::size_t header = wire::sealed_header_size;

  std::optional<Opened> open_handshake(ByteSpan bytes, std::uint32_t low) {
    if (!handshake_ && secrets_.handshake) {
      handshake_.emplace(context_, crypto::packet_key(context_, *secrets_.handshake));
    }
    if (!handshake_) return std::nullopt;
    const PacketNumber number = expand(low, next_handshake_);
    const auto frames = handshake_->open(number, bytes.first(header), bytes.subspan(header));
    if (!frames) return std::nullopt;
    next_handshake_ = std::max(next_handshake_, PacketNumber{number.value + 1});
    return Opened{number, 0, *frames};
  }

  /// The generation is not in the packet, only its lowest bit: first the latest one and its neighbours are
  /// tried, then whatever the log has.
  std::optional<Opened> open_protected(bool phase, ByteSpan bytes, ByteView original, std::uint32_t low) {
    std::vector<std::uint64_t> candidates{latest_, latest_ + 1};
    if (latest_ > 0) candidates.push_back(latest_ - 1);
    for (const auto& [generation, secret] : secrets_.traffic) candidates.push_back(generation);
    const PacketNumber number = expand(low, next_);
    for (const std::uint64_t generation : candidates) {
      if ((generation % 2 == 1) != phase) continue;
      crypto::Opener* opener = opener_of(generation);
      if (opener == nullptr) continue;
      if (const auto frames = opener->open(number, bytes.first(header), bytes.subspan(header))) {
        latest_ = std::max(latest_, generation);
        handshake_.reset();  // over; made anew if a repeat comes
        openers_.erase(openers_.begin(), openers_.lower_bound(std::max(latest_, std::uint64_t{1}) - 1));
        next_ = std::max(next_, PacketNumber{number.value + 1});
        return Opened{number, generation, *frames};
      }
      std::ranges::copy(original, bytes.begin());  // a failure wipes
    }
    return std::nullopt;
  }

  crypto::Opener* opener_of(std::uint64_t generation) {
    const auto found = openers_.find(generation);
    if (found != openers_.end()) return &found->second;
    const auto secret = secret_of(generation);
    if (!secret) return nullptr;
    const crypto::PacketKey key = crypto::packet_key(context_, *secret);
    return &openers_.try_emplace(generation, context_, key).first->second;
  }

  /// From the log, or from the generation before it.
  std::optional<crypto::ScheduleSecret> secret_of(std::uint64_t generation) const {
    const auto said = secrets_.traffic.find(generation);
    if (said != secrets_.traffic.end()) return said->second;
    if (generation == 0) return std::nullopt;
    const auto before = secrets_.traffic.find(generation - 1);
    if (before == secrets_.traffic.end()) return std::nullopt;
    return crypto::next_generation(context_, before->second);
  }

  const crypto::Context& context_;
  const ConnectionSecrets::Direction& secrets_;
  std::optional<crypto::Opener> handshake_;
  std::map<std::uint64_t, crypto::Opener> openers_;
  std::uint64_t latest_ = 0;
  PacketNumber next_handshake_, next_;
};

PacketReader::PacketReader() : context_(Entropy::of(0)) {}
PacketReader::~PacketReader() = default;

std::optional<Packet> PacketReader::read(ByteView datagram) {
  const auto kind = wire::packet_kind(datagram);
  if (!kind) return std::nullopt;
  Packet packet{.kind = *kind};
  if (*kind == PacketKind::reset) {
    const auto reset = wire::decode<wire::ResetPacket>(datagram);
    if (!reset) return std::nullopt;
    packet.id = reset->unknown;
    return packet;
  }
  if (*kind != PacketKind::protected_ && *kind != PacketKind::handshake) {
    const auto clear = wire::decode<wire::ClearPacket>(datagram);
    if (!clear) return std::nullopt;
    const auto id = read_clear(*kind, clear->body);
    if (!id) return std::nullopt;
    packet.id = *id;
    packet.clear = clear->body;
    return packet;
  }
  wire::Reader reader(datagram);
  wire::SealedHeader header;
  wire::read_fields(reader, header);
  if (!reader.ok() || datagram.size() < wire::sealed_overhead) return std::nullopt;
  packet.id = header.destination;
  packet.number = PacketNumber{header.number_low};
  packet.key_phase = header.key_phase;
  packet.spin = header.spin;
  packet.opened = open(packet, datagram, header.number_low);
  return packet;
}

/// The id by which the client knows the handshake: it is in all four messages. The Hello and its answer also
/// say what the ids belong to.
std::optional<ConnectionId> PacketReader::read_clear(PacketKind kind, ByteView body) {
  if (kind == PacketKind::hello) {
    const auto hello = wire::decode<wire::Hello>(body);
    if (!hello) return std::nullopt;
    keys_.learn(hello->cid, hello->random);
    return hello->cid;
  }
  if (kind == PacketKind::server_hello) {
    const auto hello = wire::decode<wire::ServerHello>(body);
    if (!hello) return std::nullopt;
    const auto known = keys_.candidates(hello->client_cid);
    for (const std::size_t connection : std::vector(known.begin(), known.end())) {  // learning may move them
      keys_.learn(hello->cid, keys_.secrets(connection).client_random);
    }
    return hello->client_cid;
  }
  if (kind == PacketKind::retry) {
    const auto retry = wire::decode<wire::Retry>(body);
    return retry ? std::optional(retry->client_cid) : std::nullopt;
  }
  const auto refuse = wire::decode<wire::Refuse>(body);
  return refuse ? std::optional(refuse->client_cid) : std::nullopt;
}

bool PacketReader::open(Packet& packet, ByteView datagram, std::uint32_t low) {
  const std::span<const std::size_t> candidates = keys_.candidates(packet.id);
  for (const std::size_t connection : candidates) {
    if (!open_as(connection, packet, datagram, low)) continue;
    if (connection != candidates.front()) keys_.prefer(packet.id, connection);
    return true;
  }
  return false;
}

bool PacketReader::open_as(std::size_t connection, Packet& packet, ByteView datagram, std::uint32_t low) {
  const auto known = from_client_.find(packet.id);
  for (const bool from_client : {true, false}) {
    if (known != from_client_.end() && known->second != from_client) continue;
    scratch_.assign(datagram.begin(), datagram.end());
    const auto opened = lane(connection, from_client).open(packet, scratch_, datagram, low);
    if (!opened) continue;
    from_client_[packet.id] = from_client;
    packet.number = opened->number;
    packet.generation = opened->generation;
    packet.frames = opened->frames;
    packet.connection = connection;
    packet.from_client = from_client;
    return true;
  }
  return false;
}

PacketReader::Lane& PacketReader::lane(std::size_t connection, bool from_client) {
  auto& lane = lanes_[{connection, from_client}];
  if (!lane) {
    const ConnectionSecrets& secrets = keys_.secrets(connection);
    lane = std::make_unique<Lane>(context_, from_client ? secrets.client : secrets.server);
  }
  return *lane;
}

}  // namespace avocet::analysis
