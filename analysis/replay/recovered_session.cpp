#include "analysis/replay/recovered_session.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include "analysis/journeys/clocks.hpp"
#include "analysis/journeys/pair_reading.hpp"
#include "analysis/packets/key_log_file.hpp"
#include "analysis/playback/packet_opening.hpp"
#include "analysis/replay/ack_passages.hpp"
#include "analysis/replay/frame_passages.hpp"

namespace avocet::analysis {
namespace {

using Failed = std::unexpected<std::string>;

const Connection* largest_of(const ConnectionTable& table) {
  const auto& all = table.all();
  const auto found = std::ranges::max_element(all, {}, [](const Connection& c) { return c.down.bytes; });
  return found == all.end() || found->down.bytes == 0 ? nullptr : &*found;
}

void add_source(const Connection& connection, const PacketOpening& opening, RecoveredSession& out) {
  const double seconds = to_seconds(connection.down.last - connection.down.first);
  out.length = to_seconds(connection.down.last.time_since_epoch());
  out.mean_rate = seconds > 0 ? static_cast<double>(connection.down.bytes) * 8 / seconds : 0;
  const OpenedConnection* opened = opening.find(connection);
  if (opened == nullptr) return;
  for (const PlayView& play : opened->plays) {
    out.source.title = play.request().title;
    out.source.live = play.live();
    out.source.latency = to_seconds(play.request().latency);
  }
  for (const auto& [id, track] : opened->server.tracks) {
    if (track.kind == media::Kind::audio) {
      out.source.audio = std::max(out.source.audio, static_cast<double>(track.nominal_bitrate));
      continue;
    }
    out.source.most = std::max(out.source.most, static_cast<double>(track.nominal_bitrate));
    const double time = to_seconds(track.last - track.first);
    if (time > 0) {
      out.source.frames_per_second =
          std::max(out.source.frames_per_second, static_cast<double>(track.frames - 1) / time);
    }
  }
}

/// Loss alone, where the times on the way are not known.
RecoveredPath path_by_numbers(const Direction& d, double delay) {
  RecoveredPath out{.delay = delay};
  const auto lost = static_cast<double>(d.numbers.lost()),
             received = static_cast<double>(d.numbers.received());
  if (lost <= 0) return out;
  double runs = 0;
  for (const std::uint64_t n : d.numbers.runs()) runs += static_cast<double>(n);
  out.loss = lost / (lost + received);
  out.loss_run = lost / std::max(runs, 1.0);
  std::vector<LossSlot> slots;
  for (const PathSlot& slot : d.timeline.slots()) {
    const double at = static_cast<double>(slots.size()) * to_seconds(d.timeline.width());
    slots.push_back({at, static_cast<double>(slot.packets + slot.lost), static_cast<double>(slot.lost)});
  }
  out.losses = loss_steps(slots, out.loss_run);
  return out;
}

/// What came, second by second, is the least that the path carries.
void add_lower_bound(const Direction& d, RecoveredPath& out) {
  const double width = to_seconds(d.timeline.width());
  double most = 0;
  for (const PathSlot& slot : d.timeline.slots())
    most = std::max(most, static_cast<double>(slot.bytes) * 8 / width);
  if (most > 0) out.capacity = {{0, most, false}};
}

/// Both directions of each connection, packet by packet, beside what the packets hold.
class Passing final : public PacketListener {
 public:
  explicit Passing(PacketListener& next) : next_(next) {}

  struct OfConnection {
    AckPassages down, up;  // beyond the place of the capture
    FramePassages frames;
  };
  const OfConnection* find(const Connection& c) const {
    const auto found = all_.find(c.index);
    return found == all_.end() ? nullptr : found->second.get();
  }

  void on_packet(Connection& connection, Side from, const Sighting& seen, const Packet& packet,
                 const NumberTrack::Seen& number) override {
    next_.on_packet(connection, from, seen, packet, number);
    using Kind = NumberTrack::Kind;
    if (!packet.opened || packet.kind != wire::PacketKind::protected_ || number.kind == Kind::duplicate)
      return;
    auto& of = all_[connection.index];
    if (!of) of = std::make_unique<OfConnection>();
    const double at = to_seconds(seen.at.time_since_epoch());
    (from == Side::server ? of->down : of->up)
        .sent(at, packet.number->value, static_cast<double>(seen.ip_size) * 8);
    wire::read_all<wire::Frames>(packet.frames, [&]<class Frame>(const Frame& frame) {
      if constexpr (std::is_same_v<Frame, wire::Ack>) {
        (from == Side::server ? of->up : of->down).acknowledged(at, frame);
      } else if constexpr (std::is_same_v<Frame, wire::Media>) {
        if (from == Side::server) of->frames.on_media(seen.at, frame);
      } else if constexpr (std::is_same_v<Frame, wire::Parity>) {
        if (from == Side::server) of->frames.on_parity(seen.at, frame);
      }
    });
  }

 private:
  PacketListener& next_;
  std::map<std::size_t, std::unique_ptr<OfConnection>> all_;
};

std::expected<RecoveredSession, std::string> from_one(const RecoverRequest& request) {
  auto file = capture::CaptureFile::open(request.files[0]);
  if (!file) return Failed(file.error());
  PacketOpening opening;
  Passing passing(opening);
  CaptureReading reading(&passing);
  for (const std::uint16_t port : request.ports) reading.connections().also_port(port);
  if (auto failed = read_key_log(request.key_log, reading.keys()); !failed.empty()) return Failed(failed);
  while (const auto record = file->next()) reading.read(*record);

  const Connection* connection = largest_of(reading.connections());
  if (connection == nullptr)
    return Failed(request.files[0] + " has no Avocet connection with media; see --port");
  RecoveredSession out;
  add_source(*connection, opening, out);
  const auto* of = passing.find(*connection);
  if (of == nullptr) {
    const double round_trip = connection->down.spin_round_trips.count() > 0
                                  ? to_seconds(connection->down.spin_round_trips.min())
                                  : 0;
    out.how =
        "without keys, so that what came is all that is known: the capacity is a lower bound throughout";
    out.down = path_by_numbers(connection->down, round_trip / 2);
    out.up = path_by_numbers(connection->up, round_trip / 2);
    add_lower_bound(connection->down, out.down);
    return out;
  }
  if (of->down.round_trip() > of->up.round_trip()) {
    out.how = "by acknowledgements, beyond the place of the capture";
    out.down = recover_path(of->down.passages());
    out.up = path_by_numbers(connection->up, of->down.round_trip() / 2);
    return out;
  }
  const double back = of->up.round_trip() / 2;
  out.up = recover_path(of->up.passages());
  const RecoveredPath numbers = path_by_numbers(connection->down, back);
  if (out.source.live) {
    out.how = "by the capture times of live frames";
    out.down = recover_path(of->frames.passages(back));
    out.down.jitter = 0;  // what there is, is the encoder's and the pacer's
  } else {
    out.how =
        "of a stored title, near the viewer: nothing tells when packets were sent, and the capacity is a "
        "lower bound throughout; a capture near the server tells more";
    out.down.delay = back;
    add_lower_bound(connection->down, out.down);
  }
  out.down.loss = numbers.loss, out.down.loss_run = numbers.loss_run, out.down.losses = numbers.losses;
  return out;
}

std::vector<Passage> passages_of(const std::vector<Transit>& transits, const Clocks& clocks,
                                 std::int64_t server_began, std::int64_t viewer_began, bool down) {
  std::vector<Passage> out;
  const auto seconds = [](std::int64_t from, std::int64_t at) {
    return static_cast<double>(at - from) * 1e-9;
  };
  // All by the server's clock.
  const auto of_viewer = [&](std::int64_t at) {
    return seconds(server_began, at) - clocks.error(seconds(viewer_began, at), true);
  };
  for (const Transit& t : transits) {
    if (!t.sent) continue;
    Passage p{.bits = t.size * 8.0, .arrived = t.received.has_value()};
    p.sent = down ? seconds(server_began, *t.sent) : of_viewer(*t.sent);
    if (p.arrived) p.received = down ? of_viewer(*t.received) : seconds(server_began, *t.received);
    out.push_back(p);
  }
  return out;
}

std::expected<RecoveredSession, std::string> from_two(const RecoverRequest& request) {
  PacketOpening opening;
  auto pair = PairReading::open(request.files[0], request.files[1], request.ports, &opening);
  if (!pair) return Failed(pair.error());
  CaptureReading& viewer = pair->reading(CaptureSide::viewer);
  if (auto failed = read_key_log(request.key_log, viewer.keys()); !failed.empty()) return Failed(failed);
  std::map<const Journey*, std::vector<Transit>> transits;
  pair->journeys().on_transit([&](const Journey& j, const Transit& t) { transits[&j].push_back(t); });
  while (pair->read_next()) {
  }
  pair->finish();

  const Connection* connection = largest_of(viewer.connections());
  if (connection == nullptr)
    return Failed(request.files[0] + " has no Avocet connection with media; see --port");
  const auto journey = [&](Side from) {
    return pair->journeys().find(CaptureSide::viewer, *connection, from);
  };
  const Journey *down = journey(Side::server), *up = journey(Side::client);
  if (down == nullptr) return Failed("no packet from the server to the viewer is in both captures");
  const Clocks clocks = Clocks::of(down, up);
  RecoveredSession out{.how = "by captures of both ends"};
  add_source(*connection, opening, out);
  const std::int64_t server_began = pair->reading(CaptureSide::server).clock().origin(),
                     viewer_began = viewer.clock().origin();
  out.down = recover_path(passages_of(transits[down], clocks, server_began, viewer_began, true));
  out.up.delay = clocks.least;
  if (up != nullptr)
    out.up = recover_path(passages_of(transits[up], clocks, server_began, viewer_began, false));
  return out;
}

}  // namespace

std::expected<RecoveredSession, std::string> recover_session(const RecoverRequest& request) {
  return request.files.size() == 1 ? from_one(request) : from_two(request);
}

}  // namespace avocet::analysis
