#include <algorithm>

#include "protocol/session/connection.hpp"
#include "protocol/session/connection_packets.hpp"

namespace avocet::session {
namespace {

/// A packet that misses the full size by no more than this is padded, so that it does not end a segmented
/// write: the heads of frames differ by some bytes.
constexpr std::size_t worth_padding = 48;
/// Less room than this is not offered to media: rather padding than a fragment that is mostly header.
constexpr std::size_t least_media_room = worth_padding;
/// Room that an ACK is given beside other frames: a handful of ranges and times.
constexpr std::size_t least_ack_room = 24;
/// Bytes over which the share of media is measured.
constexpr double share_memory = 256 << 10;

}  // namespace

Output Session::Impl::poll(Time now, ByteSpan room, std::size_t max_segments) {
  now_ = now;
  run_timers(now);
  if (auto event = next_event()) return std::move(*event);
  if (auto transmit = this->transmit(now, room, max_segments)) return *transmit;
  if (auto event = next_event()) return std::move(*event);  // sealing can fail the session
  return next_wake(now);
}

std::optional<Event> Session::Impl::next_event() {
  if (!events_.empty()) {
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  if (!may_send()) return std::nullopt;
  if (media_out_.take_writable()) return MediaWritable{};
  return streams_.next_event();
}

std::optional<Transmit> Session::Impl::transmit(Time now, ByteSpan room, std::size_t max_segments) {
  if (state_ == State::closed) return std::nullopt;
  if (trial_) {
    if (auto asked = send_trial(now, room)) return asked;
  }
  room = room.first(std::min(room.size(), path_.allowance()));  // AV-HS-44
  run_mark_ = Ecn::not_ect;
  std::size_t segment = path_.datagram_size();
  std::size_t size = 0;
  if (opening_ && state_ != State::closing) size = send_opening(room);
  if (size == 0 && state_ == State::closing) size = send_close(room);
  if (size == 0 && state_ == State::open) {
    size = send_mtu_probe(now, room);
    if (size > 0) segment = size;
  }
  if (size == 0 && may_send()) size = send_run(now, room, max_segments);
  if (size == 0) return std::nullopt;
  path_.on_sent(size);
  stats_.bytes_sent += size;
  return Transmit{.to = path_.peer(),
                  .from = path_.local(),
                  .ecn = run_mark_,
                  .size = size,
                  .segment = std::min(size, segment)};
}

std::size_t Session::Impl::send_opening(ByteSpan room) {
  const std::size_t size = opening_->next(room);
  if (size > 0) ++stats_.packets_sent;
  return size;
}

std::size_t Session::Impl::send_close(ByteSpan room) {
  if (!std::exchange(close_wanted_, false)) return 0;
  ++stats_.packets_sent;
  if (!traffic_) return opening_ ? opening_->close(room, close_) : 0;
  if (room.size() < wire::base_datagram) return 0;
  Outgoing out(now_, peer_ids_.current(), sent_.next(),
               room.subspan(TrafficProtection::payload_at, wire::base_datagram - wire::sealed_overhead));
  out.add(close_);
  return seal(now_, room, out);
}

/// Full packets one behind the other; the first that is shorter is the last. What may be said is looked up
/// once for all of them, and control goes with the first.
std::size_t Session::Impl::send_run(Time now, ByteSpan room, std::size_t max_segments) {
  if (traffic_->nearly_used_up(sent_.next())) {
    fail(now, wire::CloseCode::key_limit, "the keys have sealed nearly all that they may; connect again");
    return send_close(room);
  }
  if (sent_.exhausted()) {  // AV-ERR-9
    fail(now, wire::CloseCode::internal, "the peer acknowledges nothing");
    sent_.discard();
    return send_close(room);
  }
  run_mark_ = ecn_.mark();  // AV-ECN-1
  Run run = begin_run();
  const std::size_t full = path_.datagram_size();
  std::size_t size = 0;
  for (; run.packets < max_segments && room.size() - size >= full; ++run.packets) {
    if (sent_.exhausted()) break;
    const std::size_t packet = send_packet(now, room.subspan(size, full), run);
    size += packet;
    if (packet < full) break;
  }
  return size;
}

Session::Impl::Run Session::Impl::begin_run() const {
  return {.patient = patient(), .window = controller_->window()};
}

bool Session::Impl::may_send_data(Time now, const Run& run) const {
  const auto flight = static_cast<std::int64_t>(sent_.bytes_in_flight() + path_.datagram_size());
  return flight <= run.window.bytes() && pacer_.can_send(now, run.patient) && !sent_.full();
}

/// What waits may leave in runs: stored media and nothing else.
bool Session::Impl::patient() const { return media_out_.patient() && !streams_.wants_to_send(); }

bool Session::Impl::data_waits(Time now) {
  return streams_.wants_to_send() || media_out_.wants_to_send(now) || pacer_.in_train(now);
}

std::size_t Session::Impl::send_packet(Time now, ByteSpan room, const Run& run) {
  if (const auto probe = controller_->take_probe(now))
    pacer_.begin_train(now, probe->rate, probe->size, run.patient);
  Outgoing out(now, peer_ids_.current(), sent_.next(),
               room.subspan(TrafficProtection::payload_at, room.size() - wire::sealed_overhead));
  out.packet.probe = pacer_.in_train(now);
  const bool first = run.packets == 0;
  const bool ack_is_due = first && acks_.due() && *acks_.due() <= now;
  if (ack_is_due) add_ack(out);
  if (first && !sent_.full()) add_control(out);
  if (may_send_data(now, run) || (probes_wanted_ > 0 && !sent_.full())) add_data(out);
  if (out.frames.size() == 0) return 0;
  if (acks_.has_news()) add_ack(out);
  add_filling(out);
  const std::size_t size = seal(now, room, out);
  if (size == 0) return 0;
  ++stats_.packets_sent;
  out.packet.size = size;
  out.packet.marked = run_mark_ == Ecn::ect0;
  if (out.packet.marked) ecn_.on_sent();
  sent_.on_sent(out.packet);
  if (out.packet.in_flight) {
    mtu_.on_sent(size);
    const auto bytes = DataSize::bytes(static_cast<std::int64_t>(size));
    pacer_.on_sent(now, bytes, run.patient);
    controller_->on_sent(now, out.packet.number, size, !out.packet.app_limited);
    if (probes_wanted_ > 0) --probes_wanted_;
    if (!out.packet.probe) measure_media_share(out, size);
  }
  return size;
}

/// A mean over the latest bytes. What probes add is not needed.
void Session::Impl::measure_media_share(const Outgoing& out, std::size_t size) {
  const auto bytes = static_cast<double>(size);
  const double share = static_cast<double>(out.fresh) / bytes;
  media_share_ += (share - media_share_) * std::min(1.0, bytes / share_memory);
}

void Session::Impl::add_ack(Outgoing& out) {
  wire::Ack ack;
  if (!out.room_for(least_ack_room) || !acks_.build(out.now, started_, ack, out.frames.remaining())) return;
  out.add(ack);
  out.packet.carried.push_back({.what = recovery::Carried::What::ack, .begin = ack.largest.value});
  if (acks_.wants_acknowledgement()) ping_wanted_ = true;  // AV-ACK-12
}

void Session::Impl::add_control(Outgoing& out) {
  using What = recovery::Carried::What;
  if (done_wanted_ && out.room_for(8) && out.add(wire::Done{})) {
    done_wanted_ = false;
    out.packet.carried.push_back({.what = What::done});
    out.packet.ack_eliciting = true;
  }
  add_ids(out);
  if (ticket_out_ && ticket_out_->wants_to_send()) {
    const std::size_t before = out.frames.size();
    ticket_out_->fill(out.frames, out.packet.carried);
    if (out.frames.size() > before) out.packet.ack_eliciting = true;
  }
  add_path_frames(out);
  if (ping_wanted_ && out.add(wire::Ping{})) {
    ping_wanted_ = false;
    out.packet.ack_eliciting = true;
  }
}

void Session::Impl::add_data(Outgoing& out) {
  const std::size_t before = out.frames.size();
  if (streams_.wants_to_send()) streams_.fill(out.frames, out.packet.carried);
  media::Sent sent;
  while (out.room_for(least_media_room) && media_out_.write_next(out.now, out.frames, sent)) {
    using What = recovery::Carried::What;
    if (!sent.parity && !sent.retransmission) out.fresh += sent.length;
    out.packet.carried.push_back({.what = sent.parity ? What::parity : What::media,
                                  .flag = sent.retransmission,
                                  .length = sent.parity ? sent.row : sent.length,
                                  .id = sent.track.value,
                                  .begin = sent.fragment.value});
    // Where a frame ends there is room, which the next would take.
    if (acks_.has_news() && out.room_for(least_media_room)) add_ack(out);
  }
  const bool train = out.packet.probe && pacer_.can_send(out.now);
  if (out.frames.size() == before && train && media_out_.write_probe_parity(out.now, out.frames, sent)) {
    out.packet.carried.push_back({.what = recovery::Carried::What::parity,
                                  .length = sent.row,
                                  .id = sent.track.value,
                                  .begin = sent.fragment.value});
  }
  const bool nothing = out.frames.size() == before;
  // A probe asks even when there is nothing to say: the answer tells what was lost. A train goes on with
  // padding.
  const bool fill_train = nothing && train;
  if (nothing && (probes_wanted_ > 0 || fill_train)) out.add(wire::Ping{});
  if (fill_train) {
    stats_.padding_bytes_sent += out.frames.remaining();
    out.add(wire::Padding{out.frames.remaining() - 1});
  }
  if (out.frames.size() > before) out.packet.ack_eliciting = true;
}

void Session::Impl::add_filling(Outgoing& out) {
  out.packet.in_flight = out.packet.ack_eliciting;
  const bool more = streams_.wants_to_send() || media_out_.wants_to_send(out.now);
  out.packet.app_limited = !more;
  const std::size_t left = out.frames.remaining();
  if (more && out.packet.ack_eliciting && left > 0 && left <= worth_padding) out.add(wire::Padding{left - 1});
}

std::size_t Session::Impl::seal(Time now, ByteSpan room, Outgoing& out) {
  const PacketNumber number = sent_.next();
  if (!opening_ && traffic_->update_due(now) && traffic_->update(now)) log_new_keys();  // AV-KEY-9
  if (!traffic_->seal(room, out.frames.size(), out.destination, number, spin_)) {
    finish({wire::CloseCode::key_limit, "the keys have sealed all that they may", false});  // AV-KEY-6
    return 0;
  }
  if (state_ == State::closing) sent_.on_sent({.number = number, .sent = now, .size = out.frames.size()});
  return out.frames.size() + wire::sealed_overhead;
}

}  // namespace avocet::session
