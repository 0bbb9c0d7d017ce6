#include "protocol/crypto/key_log.hpp"
#include "protocol/session/connection.hpp"
#include "protocol/session/connection_packets.hpp"

namespace avocet::session {

bool Session::Impl::is_ours(const Datagram& datagram) const {
  wire::Reader reader(datagram.bytes);
  wire::SealedHeader header;
  wire::read_fields(reader, header);
  return reader.ok() && own_ids_.owns(header.destination);
}

/// A server's ids come from its listener.
void Session::Impl::tend_ids(Time now) {
  own_ids_.forget(now);
  if (role_ == Role::server) return;
  while (own_ids_.take_freed()) {
  }
  while (own_ids_.wants_more()) {
    ResetTokenBytes token;
    random_.fill(token);
    add_id({random_.u64()}, token);
  }
}

void Session::Impl::add_id(ConnectionId id, const ResetTokenBytes& token) {
  own_ids_.add(id, token);
  log_id(id);
}

void Session::Impl::log_id(ConnectionId id) {  // AV-KEY-8
  if (!config_.key_log) return;
  std::array<std::byte, 8> spelled;
  wire::Writer(spelled).big_endian(id.value, spelled.size());
  tell(KeyLog{crypto::key_log_line(crypto::key_log::connection_id, client_random_, spelled)});
}

void Session::Impl::on_new_id(Incoming& in, const wire::NewId& offered) {
  bool fresh = false;
  const std::string_view wrong = peer_ids_.offer(offered, fresh);
  if (!wrong.empty()) return in.violate(wire::CloseCode::protocol_violation, wrong);
  if (fresh) log_id(offered.id);
}

void Session::Impl::on_retire_id(Incoming& in, const wire::RetireId& retired) {
  const Time keep_until = in.now + 3 * probe_timeout();  // AV-CID-7
  const std::string_view wrong = own_ids_.retire(retired.sequence, in.destination, keep_until);
  if (!wrong.empty()) in.violate(wire::CloseCode::protocol_violation, wrong);
}

void Session::Impl::add_ids(Outgoing& out) {
  using What = recovery::Carried::What;
  constexpr std::size_t longest = 48;  // of a NEW_ID, with room to spare
  while (out.room_for(longest)) {
    if (const auto news = own_ids_.next_news()) {
      out.add(*news);
      out.packet.carried.push_back({.what = What::new_id, .begin = news->sequence});
    } else if (const auto retired = peer_ids_.next_retirement()) {
      out.add(*retired);
      out.packet.carried.push_back({.what = What::retire_id, .begin = retired->sequence});
    } else {
      return;
    }
    out.packet.ack_eliciting = true;
  }
}

/// A newer packet from elsewhere: the client has moved, a NAT gave it another port, or somebody repeats its
/// packets from there. Only the answer to a challenge tells (AV-MIG-1).
void Session::Impl::watch_address(Incoming& in, const Datagram& datagram) {
  if (role_ == Role::client) return;
  if (in.from == path_.peer()) {
    if (in.newest) end_trial();  // it is where it was (AV-MIG-4)
    return;
  }
  if (in.newest && (!trial_ || trial_->path().peer() != in.from)) {
    peer_ids_.drop_trial();
    trial_.emplace(in.from, datagram.to, in.now, probe_timeout());
    random_.fill(old_path_challenge_);
    old_path_challenge_wanted_ = true;
  }
  if (trial_ && trial_->path().peer() == in.from) trial_->path().on_received(datagram.bytes.size());
}

void Session::Impl::on_path_challenge(const Incoming& in, const wire::PathChallenge& asked) {
  path_responses_.push_back({in.from, asked.data});  // AV-MIG-6: more than there is room for are not answered
}

void Session::Impl::on_path_response(const Incoming& in, const wire::PathResponse& answer) {
  if (trial_ && in.from == trial_->path().peer() && trial_->answered_by(answer.data)) go_over(in.now);
}

void Session::Impl::tend_trial(Time now) {
  if (trial_ && trial_->failed(now)) end_trial();
}

void Session::Impl::end_trial() {
  trial_.reset();
  old_path_challenge_wanted_ = false;
}

/// The peer is at the new address.
void Session::Impl::go_over(Time now) {
  const bool same_host = trial_->path().peer().ip == path_.peer().ip;
  path_ = trial_->path();
  path_.validate();
  end_trial();
  peer_ids_.accept_trial();  // AV-MIG-5
  leave_old_address(now, same_host);
}

/// What went to the old address is repaired at once: nothing arrives there any more.
void Session::Impl::leave_old_address(Time now, bool same_host) {
  first_on_address_ = sent_.next();
  if (!same_host) start_path_anew(now);
  mtu_.restart();
  follow_mtu();
  sent_.lose_all(now, *this);
  if (!same_host) ecn_.restart();
}

/// Another path: nothing is known of its round trips and its rate (RFC 9000 section 9.4).
void Session::Impl::start_path_anew(Time now) {
  first_on_path_ = sent_.next();
  rtt_ = recovery::RttEstimator();
  controller_ = rate::make_controller(rate_config(config_), now);
  controller_->set_weight(weight_);
  controller_->set_ceiling(ceiling_);
  pacer_ = rate::Pacer(controller_->pacing_rate());
  tell(RateChanged{told_rate_ = controller_->target_rate()});
}

void Session::Impl::move_to(Time now, PeerAddress local) {
  if (role_ != Role::client || state_ != State::open) return;
  const bool same_host = local.ip == path_.local().ip && local.ip != PeerAddress{}.ip;
  path_ = Path(path_.peer(), local, true);
  peer_ids_.move_on();  // AV-MIG-5
  now_ = now;
  leave_old_address(now, same_host);
  ping_wanted_ = true;  // the server must hear from there
}

/// Answers and questions for the path in use.
void Session::Impl::add_path_frames(Outgoing& out) {
  for (std::size_t i = 0; i < path_responses_.size();) {
    const PathAnswer& answer = path_responses_[i];
    if (trial_ && answer.to == trial_->path().peer()) {
      ++i;
      continue;
    }
    if (answer.to == path_.peer()) {
      if (!out.add(wire::PathResponse{answer.data})) break;
      out.packet.ack_eliciting = true;
    }  // else the peer has left that address meanwhile
    path_responses_[i] = path_responses_.back();
    path_responses_.pop_back();
  }
  if (old_path_challenge_wanted_ && out.add(wire::PathChallenge{old_path_challenge_})) {
    old_path_challenge_wanted_ = false;
    out.packet.ack_eliciting = true;
  }
}

/// A datagram to the address on trial, and nothing else goes there: challenges, and answers to those that
/// came from there, filled up so that it shows what the path carries, as far as AV-MIG-3 allows.
std::optional<Transmit> Session::Impl::send_trial(Time now, ByteSpan room) {
  const bool answers = std::ranges::any_of(
      path_responses_, [&](const PathAnswer& a) { return a.to == trial_->path().peer(); });
  if (state_ != State::open || sent_.full() || (!answers && !trial_->wants_challenge(now)))
    return std::nullopt;
  const std::size_t size = std::min({room.size(), trial_->room(), wire::base_datagram});
  if (size == 0) return std::nullopt;
  room = room.first(size);
  Outgoing out(now, peer_ids_.on_trial(), sent_.next(),
               room.subspan(TrafficProtection::payload_at, room.size() - wire::sealed_overhead));
  out.packet.size = size;
  out.packet.ack_eliciting = true;
  if (trial_->wants_challenge(now)) {
    PathBytes data;
    random_.fill(data);
    trial_->on_challenge(now, data);
    out.add(wire::PathChallenge{data});
  }
  for (std::size_t i = path_responses_.size(); i-- > 0;) {
    if (path_responses_[i].to != trial_->path().peer() ||
        !out.add(wire::PathResponse{path_responses_[i].data}))
      continue;
    path_responses_[i] = path_responses_.back();
    path_responses_.pop_back();
  }
  if (out.frames.remaining() > 0) out.add(wire::Padding{out.frames.remaining() - 1});
  if (seal(now, room, out) == 0) return std::nullopt;
  sent_.on_sent(out.packet);
  ++stats_.packets_sent;
  stats_.bytes_sent += size;
  trial_->path().on_sent(size);
  return Transmit{.to = trial_->path().peer(), .from = trial_->path().local(), .size = size, .segment = size};
}

}  // namespace avocet::session
