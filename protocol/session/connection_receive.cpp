#include "protocol/session/connection.hpp"
#include "protocol/session/connection_packets.hpp"

namespace avocet::session {
namespace {

/// Protected packets held until the handshake is complete: a client's first requests may overtake
/// ClientFinished, a server's first media ServerFinished.
constexpr std::size_t max_early_packets = 16;

/// From the capture of a frame to `t`, whatever the origins of the two clocks are. Nothing when the peer's is
/// more than 35 years off: the sums made of it would not fit their type.
std::optional<Duration> time_since(std::int64_t capture, Time t) {
  constexpr std::int64_t most = std::int64_t{1} << 50;  // us
  if (capture < -most || capture > most) return std::nullopt;
  return t.time_since_epoch() - std::chrono::microseconds(capture);
}

TrackId track_of(const recovery::Carried& carried) { return {static_cast<std::uint32_t>(carried.id)}; }

}  // namespace

void Session::Impl::receive(Time now, const Datagram& datagram) {
  if (state_ == State::closed) return;
  now_ = now;
  // Bytes from elsewhere must not buy more bytes for this address (AV-HS-44).
  if (datagram.from == path_.peer()) path_.on_received(datagram.bytes.size());
  stats_.bytes_received += datagram.bytes.size();
  const auto kind = wire::packet_kind(datagram.bytes);
  if (!kind || datagram.bytes.size() > wire::largest_datagram) return ++stats_.packets_malformed, void();
  if (*kind == wire::PacketKind::reset) return on_reset(datagram);
  if (state_ == State::closing) {
    // AV-ERR-4: The peer has not heard: say it again, ever more rarely (RFC 9000 section 10.2.1).
    if (std::has_single_bit(++packets_while_closing_)) close_wanted_ = true;
    return;
  }
  switch (*kind) {
    case wire::PacketKind::protected_: return on_protected(now, datagram);
    case wire::PacketKind::handshake: return on_handshake_packet(now, datagram);
    case wire::PacketKind::hello:
    case wire::PacketKind::retry:
    case wire::PacketKind::refuse:
    case wire::PacketKind::server_hello: return on_clear(now, datagram);
    case wire::PacketKind::reset: return;  // above
  }
}

void Session::Impl::on_clear(Time now, const Datagram& datagram) {
  const auto packet = wire::decode<wire::ClearPacket>(datagram.bytes);
  const bool from_peer = (packet && packet->kind == wire::PacketKind::hello) == (role_ == Role::server);
  if (!packet || !from_peer) return ++stats_.packets_malformed, void();
  ++stats_.packets_received;
  if (opening_) on_opening(now, opening_->on_clear(packet->kind, packet->body));
}

/// The peer has forgotten us, if it is the peer: only it could announce the token, and nobody else can know
/// it.
void Session::Impl::on_reset(const Datagram& datagram) {
  const auto reset = wire::decode<wire::ResetPacket>(datagram.bytes);
  if (!reset || !traffic_ || state_ == State::opening ||
      !peer_ids_.knows(reset->unknown, reset->token))  // AV-RST-4
    return ++stats_.packets_malformed, void();
  if (state_ == State::closing) return finish(closed_);
  finish({wire::CloseCode::reset, "the peer no longer knows this connection: it was started anew", false});
}

void Session::Impl::on_handshake_packet(Time now, const Datagram& datagram) {
  if (!is_ours(datagram)) return ++stats_.packets_malformed, void();  // AV-CID-8
  // AV-HS-36: the peer's last flight again, which our DONE answers.
  if (!opening_) return ++stats_.packets_duplicate, void();
  ++stats_.packets_received;
  on_opening(now, opening_->on_sealed(datagram.bytes));
}

void Session::Impl::on_protected(Time now, const Datagram& datagram) {
  const bool elsewhere = role_ == Role::client && datagram.from != path_.peer();
  if (!is_ours(datagram) || elsewhere) return ++stats_.packets_malformed, void();  // AV-CID-8, AV-MIG-8
  if (!traffic_ || state_ == State::opening) return hold_early(datagram);
  const Duration keep_old_keys = 3 * probe_timeout();
  const auto opened = traffic_->open(now, keep_old_keys, datagram.bytes);
  if (!opened) return on_refused(now, opened.error());
  ++stats_.packets_received;
  on_authentic(now);
  // The client inverts what it saw last, the server repeats it: one edge per round trip (RFC 9000
  // section 17.4). AV-PKT-17
  if (opened->newest) spin_ = role_ == Role::server ? opened->spin : !opened->spin;

  if (opened->first_of_generation) log_new_keys();
  Incoming in{.now = now,
              .arrived = datagram.arrived,
              .destination = opened->destination,
              .from = datagram.from,
              .newest = opened->newest,
              .generation = opened->generation};
  watch_address(in, datagram);
  on_frames(in, opened->frames);
  if (in.violation) return fail(now, *in.violation, in.what);
  if (state_ != State::open) return;
  acks_.on_received(opened->number, in.ack_eliciting, datagram.ecn, datagram.arrived, now);
  if (in.frame_end) acks_.on_frame_end(now);
  while (auto done = media_in_.next()) {
    measure_jitter(*done);
    if (const auto age = time_since(done->frame.capture, datagram.arrived)) acks_.on_media_age(*age, now);
    tell(FrameReceived{done->track, std::move(done->frame), done->first_arrival, done->last_arrival,
                       done->repaired});
  }
}

void Session::Impl::on_refused(Time now, TrafficProtection::Refusal refusal) {
  switch (refusal) {
    case TrafficProtection::Refusal::malformed: ++stats_.packets_malformed; break;
    case TrafficProtection::Refusal::duplicate: ++stats_.packets_duplicate; break;
    case TrafficProtection::Refusal::not_authentic: ++stats_.packets_undecryptable; break;
    case TrafficProtection::Refusal::against_rules:
      fail(now, wire::CloseCode::protocol_violation, "keys were updated against the rules");
      break;
  }
}

/// Interarrival jitter (RFC 3550 section 6.4.1) between the first packets of frames. A repaired frame says
/// more of the repair than of the path.
void Session::Impl::measure_jitter(const media::Completed& done) {
  const auto transit = time_since(done.frame.capture, done.first_arrival);
  if (done.repaired || !transit) return;
  constexpr int gain = 16;
  if (last_transit_) stats_.jitter += (std::chrono::abs(*transit - *last_transit_) - stats_.jitter) / gain;
  last_transit_ = transit;
}

void Session::Impl::hold_early(const Datagram& datagram) {
  // AV-HS-33. Before the handshake is through nobody has proven that the path carries larger ones, and what
  // comes here may be anybody's.
  if (early_.size() >= max_early_packets || datagram.bytes.size() > wire::base_datagram)
    return ++stats_.packets_undecryptable, void();
  early_.emplace_back(datagram, Bytes(datagram.bytes.begin(), datagram.bytes.end()));
}

void Session::Impl::on_authentic(Time now) {
  last_heard_ = now;
  timers_.set(Timer::keep_alive, now + idle_timeout_ / 3);
}

void Session::Impl::on_frames(Incoming& in, ByteView frames) {
  const wire::DecodeError error = wire::read_all<wire::Frames>(frames, [&]<class Frame>(const Frame& frame) {
    if (in.violation || state_ != State::open) return;
    // AV-ACK-1
    constexpr bool silent = std::is_same_v<Frame, wire::Ack> || std::is_same_v<Frame, wire::Padding> ||
                            std::is_same_v<Frame, wire::Close>;
    if constexpr (!silent) in.ack_eliciting = true;
    on(in, frame);
  });
  // AV-PKT-13
  if (error.fault != wire::Fault::none)
    in.violate(wire::CloseCode::frame_encoding, "a frame that does not decode");
}

template <class Frame>
void Session::Impl::on(Incoming& in, const Frame& frame) {
  if constexpr (std::is_same_v<Frame, wire::Media>) {
    on_media_result(in, media_in_.on_media(in.arrived, frame));
  } else if constexpr (std::is_same_v<Frame, wire::Parity>) {
    on_media_result(in, media_in_.on_parity(in.arrived, frame));
  } else if constexpr (std::is_same_v<Frame, wire::Ack>) {
    on_ack(in, frame);
  } else if constexpr (std::is_same_v<Frame, wire::Stream>) {
    in.violate(streams_.on_stream(frame), "stream data against the rules");
  } else if constexpr (std::is_same_v<Frame, wire::ResetStream>) {
    in.violate(streams_.on_reset_stream(frame), "a stream reset against the rules");
  } else if constexpr (std::is_same_v<Frame, wire::MaxData>) {
    in.violate(streams_.on_max_data(frame), "flow control against the rules");
  } else if constexpr (std::is_same_v<Frame, wire::MaxStreamData>) {
    in.violate(streams_.on_max_stream_data(frame), "flow control against the rules");
  } else if constexpr (std::is_same_v<Frame, wire::MaxStreams>) {
    in.violate(streams_.on_max_streams(frame), "a stream limit against the rules");
  } else if constexpr (std::is_same_v<Frame, wire::Close>) {
    finish({static_cast<wire::CloseCode>(frame.code), frame.reason, true});  // AV-ERR-5
  } else if constexpr (std::is_same_v<Frame, wire::PathChallenge>) {
    on_path_challenge(in, frame);
  } else if constexpr (std::is_same_v<Frame, wire::PathResponse>) {
    on_path_response(in, frame);
  } else if constexpr (std::is_same_v<Frame, wire::NewId>) {
    on_new_id(in, frame);
  } else if constexpr (std::is_same_v<Frame, wire::RetireId>) {
    on_retire_id(in, frame);
  } else if constexpr (std::is_same_v<Frame, wire::HandshakeData>) {
    in.violate(wire::CloseCode::protocol_violation, "handshake data in a Protected packet");  // AV-PKT-16
  } else if constexpr (std::is_same_v<Frame, wire::Done>) {
    if (role_ == Role::server) return in.violate(wire::CloseCode::protocol_violation, "DONE from a client");
    if (opening_) confirm_opening();  // AV-HS-35
  } else if constexpr (std::is_same_v<Frame, wire::NewTicket>) {
    if (role_ == Role::server)
      return in.violate(wire::CloseCode::protocol_violation, "a ticket from a client");
    on_ticket(in.now, frame);
  } else if constexpr (std::is_same_v<Frame, wire::NewToken>) {
    if (role_ == Role::server)
      return in.violate(wire::CloseCode::protocol_violation, "a token from a client");
    if (ticket_in_) ticket_in_->token.assign(frame.token.begin(), frame.token.end());
  }
  // PADDING and PING say all by being there.
}

void Session::Impl::on_media_result(Incoming& in, const media::Reassembler::Outcome& outcome) {
  if (role_ == Role::client) {
    media_pauses_.on_media(in.now);
    timers_.set(Timer::quiet, in.now + media_pauses_.patience());  // AV-MIG-7
  }
  if (outcome.ends_frame) in.frame_end = true;
}

/// Frames that a live sender gave up never become whole. One that repairs until all is acknowledged would be
/// gone itself before this long a silence about a frame.
void Session::Impl::expire_media(Time now) {
  constexpr Duration pause = 10s;
  if (now - media_expired_at_ < pause) return;
  media_expired_at_ = now;
  media_in_.expire(now - 2 * idle_timeout());  // AV-MED-9
}

void Session::Impl::on_ack(Incoming& in, const wire::Ack& ack) {
  const bool advances = !sent_.largest_acked() || *sent_.largest_acked() < ack.largest;
  const auto outcome = sent_.on_ack(in.now, ack, *this);
  if (!outcome) {  // AV-ACK-13
    return in.violate(wire::CloseCode::protocol_violation, "an acknowledgement of a packet never sent");
  }
  if (!traffic_->on_acknowledged(ack.largest, in.generation)) {  // AV-KEY-15
    return in.violate(wire::CloseCode::protocol_violation, "new keys acknowledged under old ones");
  }
  follow_mtu();
  // AV-ECN-2: an acknowledgement that was overtaken tells older counts.
  if (advances) ecn_.on_ack(ack.ecn, std::exchange(marked_acked_, 0));
  const bool believed = ecn_.state() == EcnValidation::State::capable;
  const std::uint64_t newly_marked = believed ? outcome->newly_marked : 0;
  stats_.packets_marked += newly_marked;
  if (outcome->newly_acked) after_results(in.now, newly_marked);
}

/// A ticket goes with the token before it; both serve once.
void Session::Impl::on_ticket(Time now, const wire::NewTicket& frame) {
  if (!ticket_in_) return;
  Resumption kept = *ticket_in_;
  kept.ticket.assign(frame.ticket.begin(), frame.ticket.end());
  kept.secret = crypto::ticket_secret(*context_, ticket_in_->secret, frame.ticket);
  kept.seals = frame.seals;
  kept.expires = calendar_ + std::chrono::duration_cast<std::chrono::seconds>(now - started_) +
                 std::chrono::seconds(frame.lifetime);
  ticket_in_->token.clear();
  tell(TicketReceived{std::move(kept)});
}

void Session::Impl::on_acked(const recovery::SentPacket& packet, const std::optional<std::int64_t>& arrival,
                             bool spurious) {
  using What = recovery::Carried::What;
  for (const recovery::Carried& carried : packet.carried) {
    switch (carried.what) {
      case What::ack: acks_.on_ack_acked({carried.begin}); break;
      case What::mtu_probe: mtu_.on_probe_acked(carried.length); break;
      case What::retire_id: peer_ids_.on_retirement_acked(carried.begin); break;
      case What::media: media_out_.on_acked(track_of(carried), {carried.begin}); break;
      case What::parity:
        media_out_.on_parity_acked(track_of(carried), {carried.begin},
                                   static_cast<std::uint8_t>(carried.length));
        break;
      case What::ticket:
        if (ticket_out_) ticket_out_->on_acked(carried);
        break;
      default: streams_.on_acked(carried); break;
    }
  }
  if (packet.marked) ++marked_acked_;
  if (packet.in_flight) mtu_.on_acked(packet.size);
  told_result(packet, arrival, false, spurious);
}

void Session::Impl::on_lost(const recovery::SentPacket& packet) {
  using What = recovery::Carried::What;
  for (const recovery::Carried& carried : packet.carried) {
    switch (carried.what) {
      case What::media: media_out_.on_lost(now_, track_of(carried), {carried.begin}); break;
      case What::parity:
        media_out_.on_parity_lost(now_, track_of(carried), {carried.begin},
                                  static_cast<std::uint8_t>(carried.length));
        break;
      case What::done: done_wanted_ = true; break;
      case What::mtu_probe: mtu_.on_probe_lost(now_), ++mtu_probes_lost_; break;
      case What::new_id: own_ids_.on_news_lost(carried.begin); break;
      case What::retire_id: peer_ids_.on_retirement_lost(carried.begin); break;
      case What::ticket:
        if (ticket_out_) ticket_out_->on_lost(carried);
        break;
      default: streams_.on_lost(carried); break;
    }
  }
  if (packet.marked) ecn_.on_lost();
  if (packet.in_flight) mtu_.on_lost(now_, packet.size);
  told_result(packet, std::nullopt, true, false);
}

void Session::Impl::told_result(const recovery::SentPacket& packet,
                                const std::optional<std::int64_t>& arrival, bool lost, bool spurious) {
  // What became of packets to an address that the peer has left says nothing of the path that it is on now.
  if (!packet.in_flight || packet.number < first_on_path_ || (lost && packet.number < first_on_address_))
    return;
  if (arrival) transit_.on_packet(now_, packet.sent, *arrival);
  controller_->on_result({.number = packet.number,
                          .size = packet.size,
                          .sent = packet.sent,
                          .arrival = arrival,
                          .lost = lost,
                          .probe = packet.probe,
                          .app_limited = packet.app_limited,
                          .spurious = spurious});
}

void Session::Impl::after_results(Time now, std::uint64_t newly_marked) {
  controller_->on_feedback({.now = now,
                            .latest_rtt = rtt_.latest(),
                            .smoothed_rtt = rtt_.smoothed(),
                            .min_rtt = rtt_.min(),
                            .bytes_in_flight = sent_.bytes_in_flight(),
                            .newly_marked = newly_marked});
  pacer_.set_rate(now, controller_->pacing_rate());
  pacer_.set_run(controller_->run_length());
  media_out_.set_path({.rtt = rtt_.has_sample() ? rtt_.smoothed() : Duration::zero(),
                       .variation = rtt_.variation(),
                       .loss = controller_->loss_rate(),
                       .lag = transit_.known() ? std::optional(transit_.lag()) : std::nullopt,
                       .risen = transit_.risen()});
  const DataRate target = controller_->target_rate();
  constexpr double worth_telling = 0.05;
  if (target > told_rate_ * (1 + worth_telling) || target < told_rate_ * (1 - worth_telling)) {
    tell(RateChanged{told_rate_ = target});
  }
}

}  // namespace avocet::session
