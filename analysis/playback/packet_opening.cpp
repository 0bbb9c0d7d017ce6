#include "analysis/playback/packet_opening.hpp"

#include <algorithm>

#include "analysis/playback/control_messages.hpp"

namespace avocet::analysis {
namespace {

/// What no retransmission has made whole by then stays incomplete, here at least.
constexpr Duration patience = 3s;
constexpr std::size_t most_tracks = 64;

TrackView* track_of(OpenedSide& side, TrackId id) {
  const auto found = side.tracks.find(id.value);
  if (found != side.tracks.end()) return &found->second;
  if (side.tracks.size() >= most_tracks) return nullptr;
  TrackView& track = side.tracks[id.value];
  track.id = id;
  return &track;
}

}  // namespace

/// One packet of one side, frame by frame.
class PacketOpening::Visit {
 public:
  Visit(Connection& connection, OpenedConnection& opened, Side from, Time now)
      : connection_(connection), opened_(opened), from_(from), now_(now) {}

  template <class Frame>
  void operator()(const Frame& frame) {
    ++own().frames[wire::Wire<Frame>::type];
    take(frame);
  }

 private:
  OpenedSide& own() { return opened_.side(from_); }

  template <class Frame>
  void take(const Frame&) {}
  void take(const wire::Padding& padding) { own().padding_bytes += padding.more + 1; }
  void take(const wire::Ack& ack) {
    const auto sample = opened_.side(other(from_)).acks.acknowledged(now_, ack);
    auto& timeline = connection_.direction(other(from_)).timeline;
    for (const Time at : sample.lost) ++timeline.at(at).lost_beyond;
    PathSlot& slot = timeline.at(now_);
    if (sample.round_trip) ++slot.round_trips, slot.round_trip_sum += to_seconds(*sample.round_trip);
    if (sample.queue) ++slot.queue_samples, slot.queue_sum += to_seconds(*sample.queue);
  }
  void take(const wire::Stream& stream) {
    own().control_bytes += stream.data.size();
    if (stream.id.value != 0) return;
    own().control.add(stream.offset, stream.data);
    read_messages(opened_, from_, now_);
    if (!own().control.waiting()) {
      own().control_waits.reset();
    } else if (!own().control_waits) {
      own().control_waits = now_;
    }
  }
  void take(const wire::Media& media) {
    expire();
    if (TrackView* track = track_of(own(), media.track)) track->on_fragment(now_, media, whole_);
    take_frames();
  }
  void take(const wire::Parity& parity) {
    expire();
    if (TrackView* track = track_of(own(), parity.track)) track->on_parity(now_, parity, whole_);
    take_frames();
  }
  void take(const wire::PathChallenge&) { ++opened_.challenges; }
  void take(const wire::Done&) {
    if (!opened_.done) opened_.done = now_;
  }
  void take(const wire::Close& close) {
    if (!opened_.close_code) opened_.close_code = close.code, opened_.close_reason = close.reason;
  }

  void expire() {
    if (now_ - own().expired < 1s) return;
    own().expired = now_;
    for (auto& [id, track] : own().tracks) track.outlines.expire(now_ - patience);
  }
  void take_frames() {
    for (const WholeFrame& done : whole_) {
      if (from_ == Side::client && !deaf()) opened_.encoder.made(now_, done.size);
      if (from_ == Side::server) play_frame(done);
    }
    whole_.clear();
  }

  /// What the server tells is not known any more: the capture misses a piece of it, which was not sent again.
  bool deaf() const {
    const OpenedSide& server = opened_.side(Side::server);
    return server.control.broken() || (server.control_waits && now_ - *server.control_waits > 1s);
  }

  void play_frame(const WholeFrame& done) {
    // Of a connection that is captured from the middle on, such a message will not come.
    if (done.track > opened_.last_track && connection_.hello) return opened_.early.hold(done);
    for (PlayView& play : opened_.plays) play.on_frame(now_, done);
  }

  Connection& connection_;
  OpenedConnection& opened_;
  Side from_;
  Time now_;
  std::vector<WholeFrame> whole_;
};

void PacketOpening::on_packet(Connection& connection, Side from, const Sighting& seen, const Packet& packet,
                              const NumberTrack::Seen& number) {
  if (packet.kind != wire::PacketKind::protected_) return;
  if (number.kind == NumberTrack::Kind::duplicate || number.kind == NumberTrack::Kind::stray) return;
  if (!packet.opened) return pass_closed(connection, from, seen, number.number);
  retire_closed(seen.at);
  OpenedConnection& opened = opened_.try_emplace(connection.index, Room::of(connection)).first->second;
  const bool closed = opened.close_code.has_value();
  OpenedSide& side = opened.side(from);
  side.acks.sent(seen.at, *packet.number, seen.size);
  side.payload_bytes += packet.frames.size();
  Visit visit(connection, opened, from, seen.at);
  if (wire::read_all<wire::Frames>(packet.frames, visit).fault != wire::Fault::none) ++side.undecodable;
  if (!closed && opened.close_code) closed_.push_back({seen.at, connection.index});
}

void PacketOpening::retire_closed(Time now) {
  for (; !closed_.empty() && now - closed_.front().at > patience; closed_.pop_front()) {
    opened_.at(closed_.front().index).retire(now);
  }
}

/// One that was cut short is acknowledged like others.
void PacketOpening::pass_closed(const Connection& connection, Side from, const Sighting& seen,
                                PacketNumber number) {
  const auto found = opened_.find(connection.index);
  if (found != opened_.end()) found->second.side(from).acks.sent(seen.at, number, seen.size);
}

const OpenedConnection* PacketOpening::find(const Connection& connection) const {
  const auto found = opened_.find(connection.index);
  return found == opened_.end() ? nullptr : &found->second;
}

void PacketOpening::finish(Time now) {
  for (auto& [index, opened] : opened_) {
    for (PlayView& play : opened.plays) play.advance(now);
    for (const Side side : {Side::client, Side::server}) opened.side(side).acks.finish();
  }
}

}  // namespace avocet::analysis
