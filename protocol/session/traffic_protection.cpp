#include "protocol/session/traffic_protection.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace avocet::session {
namespace {

constexpr bool phase_of(std::uint64_t generation) { return generation % 2 == 1; }

/// A limit may be lowered, never raised.
KeyLimits bounded(KeyLimits limits) {
  limits.hard = std::min(limits.hard, crypto::key_hard_limit_packets);
  limits.packets = std::min(limits.packets, crypto::key_update_packets);
  return limits;
}

std::optional<ByteSpan> open_with(crypto::Opener& opener, PacketNumber number, ByteSpan packet) {
  constexpr std::size_t header = TrafficProtection::payload_at;
  return opener.open(number, packet.first(header), packet.subspan(header));
}

}  // namespace

TrafficProtection::TrafficProtection(std::shared_ptr<const crypto::Context> context, Role role,
                                     const crypto::TrafficSecrets& secrets, const KeyLimits& limits,
                                     PacketNumber first_received, Time now)
    : context_(std::move(context)),
      limits_(bounded(limits)),
      sending_(role == Role::client ? Direction{crypto::key_log::client_traffic, secrets.client}
                                    : Direction{crypto::key_log::server_traffic, secrets.server}),
      sealer_(make_sealer()),
      sealing_since_(now),
      receiving_(role == Role::client ? Direction{crypto::key_log::server_traffic, secrets.server}
                                      : Direction{crypto::key_log::client_traffic, secrets.client}),
      opener_(*context_, crypto::packet_key(*context_, receiving_.secret)),
      replay_(first_received),
      lowest_(first_received),
      above_previous_(first_received) {}

crypto::Sealer TrafficProtection::make_sealer() const {
  return {*context_, crypto::packet_key(*context_, sending_.secret), limits_.hard};
}

bool TrafficProtection::seal(ByteSpan packet, std::size_t frames, ConnectionId destination,
                             PacketNumber number, bool spin) {
  if (number.value > wire::largest_packet_number) return false;  // AV-PKT-21
  wire::Writer header(packet.first(payload_at));
  wire::write_fields(header, wire::SealedHeader{.kind = wire::PacketKind::protected_,
                                                .key_phase = phase_of(sending_.generation),
                                                .spin = spin,
                                                .destination = destination,
                                                .number_low = static_cast<std::uint32_t>(number.value)});
  if (!sealer_.seal(number, header.written(), packet.subspan(payload_at, frames + wire::tag_size))) {
    return false;
  }
  if (!first_sealed_) first_sealed_ = number;
  return true;
}

bool TrafficProtection::nearly_used_up(PacketNumber next) const {
  const std::uint64_t leave = std::min<std::uint64_t>(1024, limits_.hard / 8);
  return sealer_.sealed() + leave >= limits_.hard || next.value + leave > wire::largest_packet_number;
}

std::expected<TrafficProtection::Opened, TrafficProtection::Refusal> TrafficProtection::open(
    Time now, Duration keep_previous, ByteSpan packet) {
  wire::Reader reader(packet);
  wire::SealedHeader header;
  wire::read_fields(reader, header);
  if (!reader.ok() || header.kind != wire::PacketKind::protected_)  // AV-PKT-11
    return std::unexpected(Refusal::malformed);
  const PacketNumber number = expand(header.number_low, replay_.next());
  if (number.value > wire::largest_packet_number) return std::unexpected(Refusal::malformed);
  if (!replay_.test(number)) return std::unexpected(Refusal::duplicate);  // AV-PKT-9, AV-PKT-10

  expire(now);
  const std::uint64_t before = receiving_.generation;
  std::uint64_t generation = before;
  bool against_rules = false;
  std::optional<ByteSpan> frames;
  if (header.key_phase == phase_of(generation)) {
    frames = open_current(number, packet, against_rules);
  } else if (number < lowest_) {
    frames = open_previous(number, packet);
    --generation;
  } else {
    frames = open_next(now, keep_previous, number, packet, against_rules);
    ++generation;
  }
  if (against_rules) return std::unexpected(Refusal::against_rules);
  if (!frames) return std::unexpected(Refusal::not_authentic);
  const bool newest = number >= replay_.next();
  replay_.mark(number);
  return Opened{number, header.destination, header.spin, newest, generation, generation > before, *frames};
}

std::optional<ByteSpan> TrafficProtection::open_current(PacketNumber number, ByteSpan packet,
                                                        bool& against_rules) {
  const auto frames = open_with(opener_, number, packet);
  if (!frames) return std::nullopt;
  against_rules = number < above_previous_;  // AV-KEY-14
  lowest_ = std::min(lowest_, number);
  return frames;
}

std::optional<ByteSpan> TrafficProtection::open_previous(PacketNumber number, ByteSpan packet) {
  if (!previous_) return std::nullopt;
  const auto frames = open_with(*previous_, number, packet);
  if (frames) above_previous_ = std::max(above_previous_, number + 1);
  return frames;
}

std::optional<ByteSpan> TrafficProtection::open_next(Time now, Duration keep_previous, PacketNumber number,
                                                     ByteSpan packet, bool& against_rules) {
  if (packet.size() > wire::largest_datagram) return std::nullopt;
  // A wrong key wipes what it is tried on, and an old packet above the update must be told from a forged one.
  std::array<std::byte, wire::largest_datagram> room;
  const ByteSpan copy = previous_ ? ByteSpan(room).first(packet.size()) : ByteSpan();
  std::ranges::copy(packet.first(copy.size()), copy.begin());
  if (!next_) {
    auto secret = crypto::next_generation(*context_, receiving_.secret);
    crypto::Opener opener(*context_, crypto::packet_key(*context_, secret));
    next_.emplace(std::move(secret), std::move(opener));
  }
  const auto frames = open_with(next_->opener, number, packet);
  if (!frames) {
    against_rules = previous_ && open_with(*previous_, number, copy);  // AV-KEY-14
    return std::nullopt;
  }
  // AV-KEY-14: numbers rise from one generation to the next. AV-KEY-12: nor can the peer have an
  // acknowledgement for its current keys when nothing was sealed since they came.
  const bool too_soon = sending_.generation == receiving_.generation && !first_sealed_;
  against_rules = number < replay_.next() || too_soon;
  if (!against_rules) follow(now, keep_previous, number);
  return frames;
}

/// The peer uses its next keys, and so do we from here on.
void TrafficProtection::follow(Time now, Duration keep_previous, PacketNumber first) {
  previous_ = std::exchange(opener_, std::move(next_->opener));
  forget_previous_ = now + keep_previous;  // AV-KEY-13
  receiving_.secret = next_->secret;
  receiving_.log_due = true;
  next_.reset();
  above_previous_ = replay_.next();
  lowest_ = first;
  if (++receiving_.generation > sending_.generation) advance_sending(now);  // AV-KEY-11
}

bool TrafficProtection::on_acknowledged(PacketNumber largest, std::uint64_t generation) {
  if (!first_sealed_ || largest < *first_sealed_) return true;
  acknowledged_ = generation == sending_.generation;
  return acknowledged_;
}

bool TrafficProtection::update_due(Time now) const {
  const bool due = sealer_.sealed() >= limits_.packets || now - sealing_since_ >= limits_.time;
  return due && may_update();
}

bool TrafficProtection::update(Time now) {
  if (!may_update()) return false;
  advance_sending(now);
  return true;
}

void TrafficProtection::advance_sending(Time now) {
  sending_.secret = crypto::next_generation(*context_, sending_.secret);
  sending_.log_due = true;
  ++sending_.generation;
  sealer_ = make_sealer();
  first_sealed_.reset();
  acknowledged_ = false;
  sealing_since_ = now;
}

std::vector<TrafficProtection::NewSecret> TrafficProtection::take_new_secrets() {
  std::vector<NewSecret> out;
  for (Direction* direction : {&sending_, &receiving_}) {
    if (!std::exchange(direction->log_due, false)) continue;
    out.push_back({direction->label, direction->generation, direction->secret});
  }
  return out;
}

}  // namespace avocet::session
