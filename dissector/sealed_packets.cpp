#include "dissector/capture.hpp"

/// Handshake and Protected packets.
namespace avocet::dissector {
namespace {

constexpr std::uint64_t replay_window = 8192;  // AV-PKT-9

bool is_handshake(const wire::SealedHeader& header) { return header.kind == wire::PacketKind::handshake; }

}  // namespace

ByteView Capture::see_sealed(PacketRecord& record, const Datagram& datagram) {
  wire::Reader r(datagram.bytes);
  wire::SealedHeader header;
  wire::read_fields(r, header);
  const bool whole = datagram.bytes.size() == datagram.size;
  if (!r.ok() || (whole && datagram.size < wire::sealed_overhead)) {
    if (whole) record.judge(whole_packet, Finding::malformed, "No header of a sealed packet (AV-PKT-2)");
    return {};
  }
  Attribution owner = attribute(datagram, header.destination);
  auto opened = whole ? open(datagram, header, owner)
                      : std::unexpected(PacketOpener::Failure{.missing = "the rest of the packet"});
  Connection& connection = *owner.connection;
  const Side sender = owner.sender.value_or(datagram.server_port ? Side::client : Side::server);
  record.connection = connection.index;
  record.sender = sender;
  if (!opened && opened.error().missing.empty()) {
    record.judge(whole_packet, Finding::tag_failure);
    return {};
  }
  if (opened) {
    record.unsealed = *opened;
    learn(header.destination, connection, other(sender));
    judge_keys(record, connection, *opened);
    if (is_handshake(header) && sender == Side::client) connection.proven = true;
  } else {
    PacketOpener& opener = connection.of(sender).opener;
    opener.assume(header, opener.number_of(header));
    if (whole) explain_missing(record, header, connection, opened.error().missing);
    connection.proven = true;  // what was in the packet is unknown
  }
  const PacketNumber number = opened ? opened->number : connection.of(sender).opener.number_of(header);
  settle(record, datagram, connection, sender);
  const bool fresh = order(record, datagram, header, connection, sender, number);
  if (!opened) return {};
  if (fresh) Follower(connection, sender, header.kind, {&record, datagram.at}, *this).follow(opened->frames);
  return opened->frames;
}

std::expected<Unsealed, PacketOpener::Failure> Capture::open(const Datagram& datagram,
                                                             const wire::SealedHeader& header,
                                                             Attribution& owner) {
  const auto attempt = [&]() -> std::expected<Unsealed, PacketOpener::Failure> {
    if (owner.sender) return open_from(datagram, header, *owner.connection, *owner.sender);
    auto opened = open_from(datagram, header, *owner.connection, Side::client);
    if (opened) owner.sender = Side::client;
    if (opened || !opened.error().missing.empty()) return opened;
    opened = open_from(datagram, header, *owner.connection, Side::server);
    if (opened) owner.sender = Side::server;
    return opened;
  };
  auto opened = attempt();
  if (opened || opened.error().missing.empty()) return opened;
  // The key log may have grown since it was read.
  if (!keys_.read_more()) return opened;
  return attempt();
}

std::expected<Unsealed, PacketOpener::Failure> Capture::open_from(const Datagram& datagram,
                                                                  const wire::SealedHeader& header,
                                                                  Connection& connection, Side side) {
  if (!connection.random) {
    connection.random = keys_.owner(header.destination);
    if (connection.random) by_random_.try_emplace(*connection.random, &connection);
  }
  ConnectionSecrets* secrets = connection.random ? keys_.find(*connection.random) : nullptr;
  return connection.of(side).opener.open(secrets, header, datagram.bytes, datagram.room);
}

void Capture::explain_missing(PacketRecord& record, const wire::SealedHeader& header,
                              const Connection& connection, const std::string& label) {
  record.tell(whole_packet, Derived::missing_secret, label);
  std::string text;
  if (connection.random) {
    text = label + " for client random " + to_hex(*connection.random) + " is missing";
    record.tell(whole_packet, Derived::client_random, to_hex(*connection.random));
  } else {
    char id[17];
    std::snprintf(id, sizeof id, "%016llx", static_cast<unsigned long long>(header.destination.value));
    text = "The capture begins midway, and no AVOCET_CONNECTION_ID line names the owner of id " +
           std::string(id);
  }
  if (keys_.path().empty()) {
    text +=
        ": give the key log (--keylog of server or client) as avocet.keylog_file, AVOCET_KEYLOG or comment";
  } else {
    text += " in " + keys_.path() + ": is it the log of this connection?";
  }
  record.judge(whole_packet, Finding::keys_missing, std::move(text));
}

/// Where the packet stands among the others of its sender. False when its number is not new.
bool Capture::order(PacketRecord& record, const Datagram& datagram, const wire::SealedHeader& header,
                    Connection& connection, Side sender, PacketNumber number) {
  Flow& flow = connection.of(sender);
  NumberSpace& space = is_handshake(header) ? flow.handshake : flow.traffic;
  record.tell(whole_packet, Derived::number, number.value);
  const NumberSpace::Verdict verdict = space.see(number, {&record, datagram.at});
  if (verdict.earlier) {
    record.tell(whole_packet, Derived::duplicate_of, verdict.earlier->record->packet);
    const bool elsewhere = flow.address && *flow.address != datagram.from;
    record.judge(whole_packet, elsewhere ? Finding::replayed : Finding::duplicate);
    return false;
  }
  if (verdict.missing_before > 0) {
    record.tell(whole_packet, Derived::gap, verdict.missing_before);
    record.judge(whole_packet, Finding::gap);
  }
  if (verdict.reordered) record.judge(whole_packet, Finding::reordered);
  if (verdict.behind.value_or(0) >= replay_window) record.judge(whole_packet, Finding::below_window);
  if (verdict.behind) return true;
  if (flow.address && *flow.address != datagram.from) {
    const std::string before = to_string(*flow.address);
    record.tell(whole_packet, Derived::previous_address, before);
    record.judge(whole_packet, Finding::migration,
                 "The " + std::string(sender == Side::client ? "client" : "server") + " was at " + before +
                     " until now (AV-MIG-1)");
  }
  flow.address = datagram.from;
  if (is_handshake(header)) return true;
  spin(record, datagram, header, flow);
  check_acknowledged(record, flow, number);
  return true;
}

/// RFC 9000 section 17.4: the bit flips once each round trip.
void Capture::spin(PacketRecord& record, const Datagram& datagram, const wire::SealedHeader& header,
                   Flow& flow) {
  if (flow.spin && *flow.spin != header.spin) {
    if (flow.spin_flipped)
      record.tell(whole_packet, Derived::spin_round_trip, datagram.at - *flow.spin_flipped);
    flow.spin_flipped = datagram.at;
  }
  flow.spin = header.spin;
}

/// A new packet that its receiver has acknowledged before, as far as this capture can tell.
void Capture::check_acknowledged(PacketRecord& record, const Flow& flow, PacketNumber number) {
  const auto early = flow.early_acks.lower_bound(number.value);
  if (early == flow.early_acks.end() || !flow.acknowledged.contains(number.value)) return;
  record.judge(
      whole_packet, Finding::acknowledged_early,
      "Packet " + std::to_string(early->second.record->packet) +
          " acknowledged it before it came by: a lie (AV-ACK-13), or the capture mixes up the order");
}

void Capture::judge_keys(PacketRecord& record, const Connection& connection, const Unsealed& opened) {
  if (opened.old_above_new) record.judge(whole_packet, Finding::key_phase_order);
  if (!opened.first_of_generation) return;
  record.judge(
      whole_packet, Finding::key_update,
      "The keys are of generation " + std::to_string(opened.generation) + " from here on (AV-KEY-11)");
  if (connection.from_the_beginning() && !connection.done)
    record.judge(whole_packet, Finding::key_update_early);
}

}  // namespace avocet::dissector
