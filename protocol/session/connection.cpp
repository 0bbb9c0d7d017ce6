#include "protocol/session/connection.hpp"

#include <utility>

namespace avocet::session {
namespace {

constexpr Duration first_repeat = 200ms;
constexpr Duration longest_repeat = 500ms;
constexpr double repeat_factor = 1.3;
/// Handshakes that a client tries while somebody answers, but none completes: forged ServerHellos can spoil
/// an attempt.
constexpr unsigned max_attempts = 3;
/// What a CLOSE has room for (wire/frames.hpp).
constexpr std::size_t longest_close_reason = 256;
/// Timers this close together fire as one.
constexpr Duration slack = 100us;

/// The beginning of a text: a sentence cut short is better than none. No character is cut in two.
std::string cut_text(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (most > 0 && continues(text[most])) --most;
  return std::string(text.substr(0, most));
}

}  // namespace

rate::ControllerConfig Session::Impl::rate_config(const Config& config) {
  return {.initial = config.initial_rate, .most = config.max_rate};
}

media::MediaSender::Config Session::Impl::media_config(const Config& config) {
  return {.payload = wire::base_datagram - wire::sealed_overhead, .max_queue = config.max_media_queue};
}

Session::Impl::Impl(const Config& config, ClientCredentials credentials, PeerAddress server,
                    const Entropy& entropy, Time now, UnixTime calendar)
    : role_(Role::client),
      config_(config),
      context_(credentials.context),
      random_(entropy),
      started_(now),
      calendar_(calendar),
      credentials_(std::move(credentials)),
      path_(server, {}, true),
      own_ids_{ConnectionId{random_.u64()}},
      opening_(open_as_client(config_, *credentials_, random_, own_ids_.first(), calendar_)) {
  credentials_->resumption.reset();  // of no use to a second attempt
  start_repeating(now);
}

Session::Impl::Impl(const Config& config, std::shared_ptr<crypto::Context> context,
                    std::unique_ptr<Opening> opening, ConnectionId own, Path path,
                    std::shared_ptr<Tickets> tickets, const Entropy& entropy, Time now)
    : role_(Role::server),
      config_(config),
      context_(std::move(context)),
      random_(entropy),
      started_(now),
      path_(path),
      own_ids_(own),
      opening_(std::move(opening)),
      tickets_(std::move(tickets)) {
  log_opening();  // before the first packet that is sealed with what it says
  start_repeating(now);
}

Session::Impl::Impl(const Config& config, std::shared_ptr<crypto::Context> context, Role role,
                    const Established& outcome, const Entropy& entropy, Time now)
    : role_(role),
      config_(config),
      context_(std::move(context)),
      random_(entropy),
      started_(now),
      path_(outcome.peer, outcome.local, true),
      own_ids_(outcome.own_id),
      sent_(rtt_, {}, outcome.first_sent),
      acks_(config_.max_ack_delay, outcome.first_received) {
  on_authentic(now);
  tell(Connected{});
  client_random_ = outcome.client_random;
  peer_ids_.set_first(outcome.peer_id, outcome.peer_parameters.reset_token);
  begin_traffic(now, outcome.traffic, outcome.peer_parameters, outcome.first_received);
}

void Session::Impl::start_repeating(Time now) {
  repeat_after_ = first_repeat;
  timers_.set(Timer::handshake_repeat, now + repeat_after_);
  timers_.set(Timer::handshake_deadline, now + config_.handshake_timeout);
}

void Session::Impl::on_opening(Time now, Opening::Outcome outcome) {
  log_opening();
  switch (outcome) {
    case Opening::Outcome::ignored: break;
    case Opening::Outcome::repeated:
      // AV-HS-41: Only the server answers at once: a client's flight is repeated by its own timer, or two
      // timers would echo.
      if (role_ == Role::server && !opening_->wants_to_send()) opening_->repeat();
      break;
    case Opening::Outcome::heard:
      on_authentic(now);
      path_.validate();
      repeat_after_ = first_repeat;  // AV-HS-40
      timers_.set(Timer::handshake_repeat, now + repeat_after_);
      if (opening_->result() != nullptr && state_ == State::opening) complete_opening(now);
      break;
    case Opening::Outcome::failed: fail(now, opening_->failure().code, opening_->failure().reason); break;
    case Opening::Outcome::closed:
      finish({opening_->failure().code, opening_->failure().reason, true});
      break;
  }
}

void Session::Impl::complete_opening(Time now) {
  const HandshakeResult& result = *opening_->result();
  peer_ids_.set_first(opening_->peer_id(), result.peer_parameters.reset_token);
  client_random_ = result.client_random;
  keep_for_resumption(result);
  credentials_.reset();
  tell(Connected{result.peer_key, to_string(result.fingerprint), result.resumed});
  begin_traffic(now, result.traffic, result.peer_parameters, {});
  if (role_ == Role::server) {  // a client's flight is repeated until the server shows that it has it
    done_wanted_ = true;        // AV-HS-34
    confirm_opening();
  }
  for (auto& [datagram, bytes] : std::exchange(early_, {})) {
    datagram.bytes = bytes;
    on_protected(now, datagram);
  }
}

void Session::Impl::begin_early(Time now, const wire::TicketContents& ticket) {
  const HandshakeResult& result = *opening_->early_result();
  begun_early_ = true;
  peer_ids_.set_first(opening_->peer_id(), {});
  client_random_ = result.client_random;
  traffic_.emplace(context_, role_, result.traffic, config_.keys, PacketNumber{}, now);
  // AV-TKT-12: What the client granted then, it grants now.
  streams_.set_peer_limits({.max_data = ticket.max_data, .max_stream_data = ticket.max_stream_data});
  told_rate_ = controller_->target_rate();
  tell(Resuming{result.peer_key, to_string(result.fingerprint), ticket.service});
}

void Session::Impl::issue_ticket(Time now, std::uint64_t seals, ByteView sealed) {
  if (ticket_out_ && state_ == State::open) ticket_out_->issue(now, path_.peer(), seals, sealed);
}

void Session::Impl::keep_for_resumption(const HandshakeResult& result) {
  if (role_ == Role::client) {
    ticket_in_ = std::make_unique<Resumption>();
    ticket_in_->secret = result.resumption;  // until a ticket comes: then its own
    ticket_in_->chain = result.server_chain;
    ticket_in_->client_key = credentials_->identity->public_key().der();
  } else if (tickets_) {
    ticket_out_ = std::make_unique<TicketIssuer>(std::move(tickets_), result);
    ticket_out_->issue(now_, path_.peer(), 0, {});  // AV-TKT-1
  }
}

void Session::Impl::begin_traffic(Time now, const crypto::TrafficSecrets& secrets,
                                  const wire::Parameters& peer, PacketNumber first_received) {
  if (!traffic_) traffic_.emplace(context_, role_, secrets, config_.keys, first_received, now);
  streams_.set_peer_limits(peer);
  if (peer.idle_timeout > Duration::zero()) idle_timeout_ = std::min(idle_timeout_, peer.idle_timeout);
  mtu_.set_limit(std::min<std::size_t>(config_.max_datagram, peer.max_datagram));
  sent_.set_max_ack_delay(peer_ack_delay_ = std::min<Duration>(peer.max_ack_delay, 1s));
  own_ids_.set_limit(peer.max_ids);  // AV-CID-2
  state_ = State::open;
  tell(RateChanged{told_rate_ = controller_->target_rate()});
}

void Session::Impl::confirm_opening() {
  opening_.reset();
  timers_.clear(Timer::handshake_repeat);
  timers_.clear(Timer::handshake_deadline);
}

void Session::Impl::wake(Time now) { run_timers(now); }

void Session::Impl::run_timers(Time now) {
  now_ = now;
  if (timers_.take(Timer::handshake_repeat, now) && opening_) {  // AV-HS-37
    opening_->repeat();
    repeat_after_ = std::min(longest_repeat, seconds_of(to_seconds(repeat_after_) * repeat_factor));
    timers_.set(Timer::handshake_repeat, now + repeat_after_);
  }
  if (timers_.take(Timer::handshake_deadline, now) && opening_) on_handshake_deadline(now);
  if (timers_.take(Timer::drain, now)) return finish(closed_);
  if (may_send() && timers_.take(Timer::rate, now)) controller_->on_timer(now), after_results(now, 0);
  if (state_ != State::open) return;

  traffic_->expire(now);
  if (now - last_heard_ >= idle_timeout()) {  // AV-ERR-6
    return finish({wire::CloseCode::idle, "nothing was heard from the peer for too long", false});
  }
  tend_ids(now);
  tend_trial(now);
  if (timers_.take(Timer::keep_alive, now)) {
    ping_wanted_ = true;
    give_storage_back();
  }
  if (timers_.take(Timer::quiet, now)) ping_wanted_ = true;
  expire_media(now);
  if (timers_.take(Timer::loss, now)) {
    const auto outcome = sent_.on_timer(now, *this);
    if (outcome == recovery::SentPackets::TimerOutcome::lost) after_results(now, 0);
    if (outcome == recovery::SentPackets::TimerOutcome::probe) {
      probes_wanted_ = 2;
      mtu_.on_timeouts(now, sent_.probe_count());
    }
    follow_mtu();
  }
}

/// Who says nothing for so long is idle, and a server has many of those.
void Session::Impl::give_storage_back() {
  events_.shrink();
  sent_.shrink();
  acks_.shrink();
}

void Session::Impl::on_handshake_deadline(Time now) {
  // AV-HS-42
  if (role_ == Role::client && opening_->answered() && state_ == State::opening && attempts_ < max_attempts) {
    ++attempts_;
    own_ids_ = OwnIds({random_.u64()});
    opening_ = open_as_client(config_, *credentials_, random_, own_ids_.first(), calendar_);
    return start_repeating(now);
  }
  const std::string hint = opening_->hint();
  finish({wire::CloseCode::idle, hint.empty() ? "no answer within the handshake's time" : hint, false});
}

void Session::Impl::close(Time now, wire::CloseCode code, std::string_view reason) {
  if (state_ == State::closing || state_ == State::closed) return;
  closed_ = {code, std::string(reason), false};
  close_ = {static_cast<std::uint64_t>(code), cut_text(reason, longest_close_reason)};
  close_wanted_ = traffic_ || opening_;
  state_ = State::closing;
  end_trial();
  timers_ = {};
  timers_.set(Timer::drain, now + 3 * probe_timeout());  // AV-ERR-4
}

bool Session::Impl::update_keys(Time now) {
  if (state_ != State::open || opening_ || !traffic_->update(now)) return false;
  ping_wanted_ = true;  // its acknowledgement completes the update
  log_new_keys();
  return true;
}

void Session::Impl::log_opening() {
  for (std::string& line : opening_->take_key_log()) tell(KeyLog{std::move(line)});
}

void Session::Impl::log_new_keys() {
  if (!config_.key_log) return;
  for (const auto& [label, generation, secret] : traffic_->take_new_secrets()) {
    tell(KeyLog{crypto::key_log_line(label, generation, client_random_, secret)});
  }
}

void Session::Impl::fail(Time now, wire::CloseCode code, std::string_view reason) {
  close(now, code, reason);
}

void Session::Impl::finish(Closed closed) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  timers_ = {};
  opening_.reset();
  early_.clear();
  tell(std::move(closed));
}

Wake Session::Impl::next_wake(Time now) {
  if (state_ == State::open) {
    timers_.set(Timer::idle, last_heard_ + idle_timeout());
    timers_.set(Timer::acknowledge, acks_.due());
    timers_.set(Timer::loss, sent_.timer());
  }
  if (may_send()) {
    timers_.set(Timer::rate, controller_->timer());
    timers_.set(Timer::media, media_out_.wake());
    timers_.set(Timer::path, trial_ ? std::optional(trial_->due()) : std::nullopt);
    const bool patient = this->patient();
    const bool paced = !pacer_.can_send(now, patient) && data_waits(now);
    timers_.set(Timer::pace, paced ? std::optional(pacer_.next(now, patient)) : std::nullopt);
  }
  Wake wake = timers_.earliest();
  if (wake.at) wake.at = std::max(*wake.at, now) + slack;
  return wake;
}

std::size_t Session::Impl::memory_held() const {
  constexpr std::size_t fixed = 24 << 10;        // ciphers, rate controller, what vectors keep
  constexpr std::size_t handshake = 128u << 10;  // certificates in libcrypto's hands are most of it
  std::size_t bytes = sizeof(Impl) + fixed + (opening_ ? handshake : 0);
  bytes += streams_.memory() + sent_.memory() + acks_.memory();
  for (const auto& [datagram, copy] : early_) bytes += sizeof(datagram) + copy.capacity();
  return bytes;
}

Stats Session::Impl::stats() const {
  Stats s = stats_;
  if (traffic_) s.key_updates = traffic_->sending_generation();
  s.ecn_capable = ecn_.state() == EcnValidation::State::capable;
  s.datagram_size = path_.datagram_size();
  s.packets_lost = sent_.lost() - mtu_probes_lost_;
  s.spurious_losses = sent_.spurious();
  s.received_gaps = acks_.received_gaps();
  const media::SenderCounters& out = media_out_.counters();
  s.frames_sent = out.frames_sent;
  s.frames_abandoned = out.frames_expired + out.frames_cancelled;
  s.fragments_sent = out.fragments_sent;
  s.retransmitted_fragments_sent = out.fragments_retransmitted;
  s.fec_packets_sent = out.parity_sent;
  s.media_bytes_sent = out.media_bytes_sent;
  s.retransmitted_media_bytes_sent = out.retransmitted_bytes_sent;
  s.fec_bytes_sent = out.parity_bytes_sent;
  s.media_bytes_held = media_out_.bytes_held();
  s.repair_share = media_out_.repair_share();
  s.media_share = media_share_;
  const media::ReassemblyCounters& in = media_in_.counters();
  s.frames_received = in.frames_completed;
  s.fragments_received = in.fragments_received;
  s.retransmitted_fragments_received = in.fragments_retransmitted;
  s.fec_packets_received = in.parity_received;
  s.fec_fragments_recovered = in.fragments_recovered;
  s.duplicate_fragments_received = in.fragments_duplicate;
  s.reassembly_bytes_held = media_in_.bytes_held();
  s.bytes_in_flight = sent_.bytes_in_flight();
  s.stream_bytes_held = streams_.bytes_held();
  s.memory_held = memory_held();
  s.smoothed_rtt = rtt_.smoothed();
  s.latest_rtt = rtt_.latest();
  s.min_rtt = rtt_.min();
  s.rtt_variation = rtt_.variation();
  s.queue_delay = controller_->queue_delay();
  s.target_rate = controller_->target_rate();
  s.pacing_rate = controller_->pacing_rate();
  s.loss_rate = controller_->loss_rate();
  return s;
}

}  // namespace avocet::session
