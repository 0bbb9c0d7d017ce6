#pragma once

#include "protocol/crypto/random.hpp"
#include "protocol/media/media_sender.hpp"
#include "protocol/media/reassembler.hpp"
#include "protocol/media/ring.hpp"
#include "protocol/rate/controller.hpp"
#include "protocol/rate/pacer.hpp"
#include "protocol/rate/transit.hpp"
#include "protocol/recovery/ack_tracker.hpp"
#include "protocol/recovery/sent_packets.hpp"
#include "protocol/session/connection_ids.hpp"
#include "protocol/session/ecn_validation.hpp"
#include "protocol/session/media_pauses.hpp"
#include "protocol/session/mtu_discovery.hpp"
#include "protocol/session/opening.hpp"
#include "protocol/session/path_trial.hpp"
#include "protocol/session/session.hpp"
#include "protocol/session/streams.hpp"
#include "protocol/session/ticket_issuer.hpp"
#include "protocol/session/timers.hpp"
#include "protocol/session/traffic_protection.hpp"

namespace avocet::session {

/// What a Session is made of: it composes the rooms below and adds no mechanism of its own but the order in
/// which things happen. connection.cpp has its life, connection_receive.cpp the way in, connection_send.cpp
/// the way out, connection_paths.cpp its ids and addresses.
class Session::Impl final : private recovery::PacketSink {
 public:
  /// A client's end.
  Impl(const Config&, ClientCredentials, PeerAddress server, const Entropy&, Time now, UnixTime calendar);
  /// A server's end, for a Hello that has been checked and answered.
  Impl(const Config&, std::shared_ptr<crypto::Context>, std::unique_ptr<Opening>, ConnectionId own, Path,
       std::shared_ptr<Tickets>, const Entropy&, Time now);
  /// Either end, with the handshake behind it.
  Impl(const Config&, std::shared_ptr<crypto::Context>, Role, const Established&, const Entropy&, Time now);

  /// (Server) The Hello came with this ticket from a proven address: the session may send from now on.
  void begin_early(Time now, const wire::TicketContents&);

  void receive(Time now, const Datagram&);
  void wake(Time now);
  Output poll(Time now, ByteSpan room, std::size_t max_segments);
  void close(Time now, wire::CloseCode, std::string_view reason);
  bool update_keys(Time now);

  Streams& streams() { return streams_; }
  media::MediaSender& media_out() { return media_out_; }
  const media::MediaSender& media_out() const { return media_out_; }
  void set_ceiling(DataRate ceiling) { controller_->set_ceiling(ceiling_ = ceiling); }
  void set_weight(double weight) { controller_->set_weight(weight_ = weight); }
  media::Reassembler& media_in() { return media_in_; }
  bool connected() const { return state_ == State::open; }
  /// Also of a server's session that is still in a resumed handshake.
  bool may_send() const { return state_ == State::open || (state_ == State::opening && begun_early_); }
  /// See Session.
  void issue_ticket(Time now, std::uint64_t seals, ByteView sealed);
  bool finished() const { return state_ == State::closed; }
  /// Still in the handshake.
  bool half_open() const { return state_ == State::opening; }
  Role role() const { return role_; }
  /// Packets to these are for it.
  const OwnIds& own_ids() const { return own_ids_; }
  /// The peer would keep one more of them: draw a fresh one and add it.
  bool wants_id() const { return state_ == State::open && own_ids_.wants_more(); }
  void add_id(ConnectionId, const ResetTokenBytes& token);
  void move_to(Time now, PeerAddress local);
  /// One that it needs no longer, each once.
  std::optional<ConnectionId> take_freed_id() { return own_ids_.take_freed(); }
  Stats stats() const;
  PathEstimate path() const {
    return {controller_->target_rate(), rtt_.smoothed(), media_out_.bytes_held(), media_share_};
  }

 private:
  std::size_t memory_held() const;

  enum class State : std::uint8_t { opening, open, closing, closed };
  struct Incoming;
  struct Outgoing;
  struct Run;
  struct PathAnswer {
    PeerAddress to;
    PathBytes data;
  };

  /// Of what is sent, until that is known: the rest is headers.
  static constexpr double usual_media_share = 0.95;

  static rate::ControllerConfig rate_config(const Config&);
  static media::MediaSender::Config media_config(const Config&);

  // life
  void start_repeating(Time now);
  void on_opening(Time now, Opening::Outcome);
  void complete_opening(Time now);
  void keep_for_resumption(const HandshakeResult&);
  void begin_traffic(Time now, const crypto::TrafficSecrets&, const wire::Parameters& peer,
                     PacketNumber first_received);
  void confirm_opening();
  void log_opening();
  void log_new_keys();
  Duration probe_timeout() const { return rtt_.probe_timeout(peer_ack_delay_); }
  Duration idle_timeout() const { return std::max(idle_timeout_, 3 * probe_timeout()); }  // AV-PAR-1
  void run_timers(Time now);
  void on_handshake_deadline(Time now);
  void give_storage_back();
  void fail(Time now, wire::CloseCode, std::string_view reason);
  void finish(Closed);
  void tell(Event event) { events_.push_back(std::move(event)); }
  Wake next_wake(Time now);

  // way in
  void on_clear(Time now, const Datagram&);
  void on_reset(const Datagram&);
  void on_handshake_packet(Time now, const Datagram&);
  void on_protected(Time now, const Datagram&);
  void on_refused(Time now, TrafficProtection::Refusal);
  void measure_jitter(const media::Completed&);
  void hold_early(const Datagram&);
  void on_authentic(Time now);
  void on_frames(Incoming&, ByteView frames);
  template <class Frame>
  void on(Incoming&, const Frame&);
  void expire_media(Time now);
  void on_media_result(Incoming&, const media::Reassembler::Outcome&);
  void on_ack(Incoming&, const wire::Ack&);
  void on_ticket(Time now, const wire::NewTicket&);
  void on_acked(const recovery::SentPacket&, const std::optional<std::int64_t>& arrival,
                bool spurious) override;
  void on_lost(const recovery::SentPacket&) override;
  void told_result(const recovery::SentPacket&, const std::optional<std::int64_t>& arrival, bool lost,
                   bool spurious);
  void after_results(Time now, std::uint64_t newly_marked);

  // ids and paths
  void tend_ids(Time now);
  bool is_ours(const Datagram&) const;
  void log_id(ConnectionId);
  void on_new_id(Incoming&, const wire::NewId&);
  void on_retire_id(Incoming&, const wire::RetireId&);
  void add_ids(Outgoing&);
  void watch_address(Incoming&, const Datagram&);
  void on_path_challenge(const Incoming&, const wire::PathChallenge&);
  void on_path_response(const Incoming&, const wire::PathResponse&);
  void tend_trial(Time now);
  void end_trial();
  void go_over(Time now);
  void leave_old_address(Time now, bool same_host);
  void start_path_anew(Time now);
  void add_path_frames(Outgoing&);
  std::optional<Transmit> send_trial(Time now, ByteSpan room);

  // way out
  std::optional<Transmit> transmit(Time now, ByteSpan room, std::size_t max_segments);
  std::size_t send_opening(ByteSpan room);
  std::size_t send_close(ByteSpan room);
  std::size_t send_run(Time now, ByteSpan room, std::size_t max_segments);
  std::size_t send_packet(Time now, ByteSpan room, const Run&);
  std::size_t send_mtu_probe(Time now, ByteSpan room);
  void follow_mtu();
  Run begin_run() const;
  bool may_send_data(Time now, const Run&) const;
  bool patient() const;
  bool data_waits(Time now);
  void add_control(Outgoing&);
  void add_data(Outgoing&);
  void add_ack(Outgoing&);
  void add_filling(Outgoing&);
  void measure_media_share(const Outgoing&, std::size_t size);
  std::size_t seal(Time now, ByteSpan room, Outgoing&);
  std::optional<Event> next_event();

  const Role role_;
  const Config config_;
  std::shared_ptr<crypto::Context> context_;
  crypto::Random random_;
  const Time started_;
  const UnixTime calendar_{};
  std::optional<ClientCredentials> credentials_;  // to start over with
  State state_ = State::opening;
  Path path_;
  OwnIds own_ids_;
  PeerIds peer_ids_{config_.max_ids};

  std::unique_ptr<Opening> opening_;
  Duration repeat_after_{};
  unsigned attempts_ = 1;
  std::shared_ptr<Tickets> tickets_;          // (server) of the listener, until the handshake is complete
  std::unique_ptr<TicketIssuer> ticket_out_;  // (server)
  std::unique_ptr<Resumption> ticket_in_;     // (client) what the next ticket will be kept with
  std::vector<std::pair<Datagram, Bytes>> early_;  // Protected packets that overtook ClientFinished

  std::optional<TrafficProtection> traffic_;
  recovery::RttEstimator rtt_;
  recovery::SentPackets sent_{rtt_};
  recovery::AckTracker acks_{config_.max_ack_delay};
  std::unique_ptr<rate::Controller> controller_ = rate::make_controller(rate_config(config_), started_);
  rate::Pacer pacer_{controller_->pacing_rate()};
  rate::Transit transit_;
  DataRate ceiling_ = DataRate::infinite();
  double weight_ = 1;
  Streams streams_{role_, config_};
  media::MediaSender media_out_{media_config(config_)};
  media::Reassembler media_in_{{.max_pending = config_.max_media_pending}};

  double media_share_ = usual_media_share;

  TimerTable timers_;
  media::Ring<Event> events_;
  std::array<std::byte, 32> client_random_{};  // names the connection in key logs
  Time last_heard_ = started_;
  MediaPauses media_pauses_;
  Time media_expired_at_{};
  Duration idle_timeout_ = config_.idle_timeout;  // of both ends
  Duration peer_ack_delay_ = recovery::ProbePolicy{}.max_ack_delay;
  MtuDiscovery mtu_;
  std::uint64_t mtu_probes_lost_ = 0;
  EcnValidation ecn_;
  Ecn run_mark_ = Ecn::not_ect;           // of the packets that are being written
  std::uint64_t marked_acked_ = 0;        // packets with a mark, since ecn_ heard of an acknowledgement
  std::optional<Duration> last_transit_;  // of the media frame before
  Time now_{};                            // of the call that runs; for what the sink is told
  bool spin_ = false, begun_early_ = false;
  bool done_wanted_ = false, ping_wanted_ = false, close_wanted_ = false;
  unsigned probes_wanted_ = 0;
  unsigned packets_while_closing_ = 0;
  std::optional<PathTrial> trial_;  // of an address that the peer seems to have gone to
  PathBytes old_path_challenge_{};  // sent where it seems to have come from
  bool old_path_challenge_wanted_ = false;
  PacketNumber first_on_address_, first_on_path_;  // below: losses, all results, say nothing of the path
  InlineVector<PathAnswer, 4> path_responses_;
  wire::Close close_;
  Closed closed_;  // what is told in the end
  DataRate told_rate_;
  Stats stats_;
};

}  // namespace avocet::session
