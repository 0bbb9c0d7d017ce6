#include "endpoints/client/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "endpoints/client/text.hpp"
#include "endpoints/drive/entropy.hpp"
#include "endpoints/state/identities.hpp"

namespace avocet::client {
namespace {

/// How long all addresses together have, and one that is not the last.
constexpr Duration patience = 10s;
constexpr Duration address_patience = 3s;
constexpr Duration least_patience = 4s;
constexpr Duration refusal_period = 100ms;
/// Pauses between rounds over all addresses, when a connection was lost; the last one for ever.
constexpr std::array<Duration, 5> pauses{0s, 500ms, 1s, 2s, 4s};
/// A ticket that seals a place before this one seals the beginning.
constexpr Duration beginning = 500ms;
/// How long leaving may take.
constexpr Duration farewell = 1500ms;

}  // namespace

Connection::Attempt::Attempt(asio::io_context& context, const service::ClientConfig& config,
                             session::ClientCredentials credentials, const PeerAddress& server,
                             drive::UdpSocket socket, Handler handler)
    : client(config, std::move(credentials), server, drive::draw_entropy(), drive::now(), drive::unix_time()),
      loop(context, client, std::move(socket), handler) {}

state::Result<std::unique_ptr<Connection>> Connection::open(asio::io_context& context,
                                                            const ServerOptions& options, Handlers handlers) {
  auto credentials = state::load_or_make_client(options.state, drive::draw_entropy());
  if (!credentials) return std::unexpected(credentials.error());
  auto trust = ServerTrust::load(options, *credentials->context);
  if (!trust) return std::unexpected(trust.error());
  credentials->trust = trust->trust();
  std::optional<state::KeyLogFile> key_log;
  if (!options.key_log.empty()) {
    auto opened = state::KeyLogFile::open(options.key_log);
    if (!opened) return std::unexpected(opened.error());
    key_log.emplace(std::move(*opened));
    handlers.notice(
        fmt::format("warning: the connection's keys are written to {}: who reads it reads the connection",
                    options.key_log.string()));
  }
  auto addresses = drive::resolve(options.url.server);
  if (!addresses) return std::unexpected(addresses.error());
  return std::unique_ptr<Connection>(new Connection(context, options, std::move(handlers),
                                                    std::move(*addresses), std::move(*credentials),
                                                    std::move(*trust), std::move(key_log)));
}

Connection::Connection(asio::io_context& context, const ServerOptions& options, Handlers handlers,
                       std::vector<PeerAddress> addresses, session::ClientCredentials credentials,
                       ServerTrust trust, std::optional<state::KeyLogFile> key_log)
    : context_(context),
      options_(options),
      handlers_(std::move(handlers)),
      addresses_(std::move(addresses)),
      credentials_(std::move(credentials)),
      trust_(std::move(trust)),
      key_log_(std::move(key_log)),
      tickets_(options.state, options.url.server_text()),
      play_tickets_(options.state, options.url.server_text() + "/" + options.url.title),
      refusal_check_(context),
      last_resort_(context),
      next_round_(context) {}

void Connection::start() {
  began_ = drive::now();
  auto watch = drive::NetworkChanges::watch(context_, [this] { follow_network(); });
  if (watch) {
    network_changes_ = std::move(*watch);
  } else {
    handlers_.notice("warning: " + watch.error());
  }
  begin_round();
}

void Connection::begin_round() {
  round_began_ = drive::now();
  next_address_ = 0;
  try_next();
}

service::ClientConfig Connection::config() const {
  service::ClientConfig config;
  config.session.key_log = key_log_.has_value();
  config.session.handshake_timeout =
      more_addresses() ? address_patience : std::max(least_patience, round_began_ + patience - drive::now());
  return config;
}

void Connection::try_next() {
  if (ended_) return;
  while (more_addresses()) {
    const PeerAddress& address = addresses_[next_address_++];
    auto socket = drive::UdpSocket::connect(address, {.dont_fragment = true});
    if (!socket) {
      last_socket_error_ = socket.error();
      continue;
    }
    service::ClientConfig with_ticket = config();
    credentials_.resumption = take_ticket(with_ticket);
    attempt_ = std::make_unique<Attempt>(context_, with_ticket, credentials_, address, std::move(*socket),
                                         Handler{this});
    attempt_over_ = false;
    attempt_->loop.start();
    return look_for_refusal();
  }
  if (ever_connected_) return try_again();  // no network: it may come back
  end(last_socket_error_);
}

/// An address where nothing listens is left at once for the next one.
void Connection::look_for_refusal() {
  if (connected_ || ended_ || !more_addresses()) return;
  if (attempt_->loop.socket().refused() > 0) return try_next();
  refusal_check_.set(drive::now() + refusal_period, [this] { look_for_refusal(); });
}

/// The way to the server may begin at another address of this machine now. A socket that is connected stays
/// with its own, so the connection moves to a new one. Without any way it waits for the next change; while
/// it looks for the server, there is nothing to keep and the search begins again.
void Connection::follow_network() {
  if (ended_ || leaving_ || attempt_over_ || !attempt_) return;
  auto socket = drive::UdpSocket::connect(addresses_[next_address_ - 1], {.dont_fragment = true});
  if (!socket || socket->local().ip == attempt_->loop.socket().local().ip) return;
  if (!connected_) return begin_round();
  const PeerAddress local = socket->local();
  handlers_.notice(fmt::format("the network has changed: going on from {}", to_string(local)));
  attempt_->loop.replace_socket(std::move(*socket));
  call([&](service::Client& client, Time now) { client.move_to(now, local); });
}

void Connection::leave(std::string_view reason) {
  if (std::exchange(leaving_, true) || ended_) return;
  last_resort_.set(drive::now() + farewell, [this] { end(""); });
  if (!connected_) return end("");
  call([&](service::Client& client, Time now) { client.bye(now, reason); });
}

void Connection::Handler::operator()(service::Client::Output&& output, Time now) const {
  connection->take(std::get<service::ClientEvent>(output), now);
}

void Connection::take(service::ClientEvent& event, Time now) {
  if (ended_) return;
  if (const auto* log = std::get_if<service::ClientKeyLog>(&event)) {
    if (key_log_) key_log_->add(log->line);
  } else if (const auto* ticket = std::get_if<service::TicketReceived>(&event)) {
    on_ticket(*ticket);
  } else if (const auto* closed = std::get_if<service::ConnectionClosed>(&event)) {
    on_closed(*closed);
  } else if (const auto* connected = std::get_if<service::Connected>(&event)) {
    on_connected(*connected, event, now);
  } else {
    handlers_.event(event, now);
  }
}

void Connection::on_connected(const service::Connected& connected, service::ClientEvent& event, Time now) {
  connected_ = ever_connected_ = true;
  rounds_ = 0;
  const auto accepted = trust_.accept(connected.fingerprint);
  if (!accepted) {
    handlers_.notice("warning: the server could not be remembered: " + accepted.error());
  } else if (!accepted->empty()) {
    handlers_.notice(*accepted);
  }
  credentials_.trust = trust_.trust();
  handlers_.event(event, now);
}

/// On disk are one that seals nothing, and one that seals the beginning of the title, for the next program;
/// where the play is matters to this one only.
void Connection::on_ticket(const service::TicketReceived& ticket) {
  const bool begins = ticket.play && ticket.play->position < beginning;
  if (ticket.play) latest_ = ticket;
  if (ticket.play && !begins) return;
  const auto kept = (begins ? play_tickets_ : tickets_).keep(ticket.resumption);
  if (!kept) handlers_.notice("warning: " + kept.error());
}

std::optional<session::Resumption> Connection::take_ticket(service::ClientConfig& config) {
  const UnixTime now = drive::unix_time();
  if (expected_) {
    const auto latest = std::exchange(latest_, std::nullopt);
    if (latest && latest->resumption.expires > now && continues(*expected_, *latest->play)) {
      config.sealed_play = latest->play;
      return latest->resumption;
    }
    const service::SealedPlay from_the_beginning{expected_->title, {}};
    if (continues(*expected_, from_the_beginning)) {
      if (auto kept = play_tickets_.take(now)) {
        config.sealed_play = from_the_beginning;
        return kept;
      }
    }
  }
  return tickets_.take(now);
}

void Connection::on_closed(const service::ConnectionClosed& closed) {
  const bool was_connected = std::exchange(connected_, false);
  const bool unanswered = !was_connected && !closed.by_peer && closed.code == wire::CloseCode::idle;
  if (leaving_) return end("");
  if (unanswered && more_addresses()) return asio::post(context_, [this] { try_next(); });
  if (!may_return(closed)) return end(explain(closed, was_connected));
  if (was_connected) handlers_.lost(explain(closed, was_connected));
  attempt_over_ = true;
  try_again();
}

/// Whether the same server may take us again: not when it, or we, found something wrong with the other.
bool Connection::may_return(const service::ConnectionClosed& closed) const {
  if (!ever_connected_ || !handlers_.lost) return false;
  switch (closed.code) {
    case wire::CloseCode::none:
    case wire::CloseCode::internal:
    case wire::CloseCode::refused:
    case wire::CloseCode::idle:
    case wire::CloseCode::key_limit:
    case wire::CloseCode::going_away:
    case wire::CloseCode::reset: return true;
    default: return false;
  }
}

void Connection::try_again() {
  const Duration pause = pauses[std::min<std::size_t>(rounds_++, pauses.size() - 1)];
  refusal_check_.set({}, [] {});
  next_round_.set(drive::now() + pause, [this] {
    if (!ended_ && !leaving_) begin_round();
  });
}

std::string Connection::explain(const service::ConnectionClosed& closed, bool was_connected) const {
  const std::string server = options_.url.server_text();
  const std::string reason = printable(closed.reason);
  if (closed.code == wire::CloseCode::untrusted && !closed.by_peer) return trust_.explain_refusal(reason);
  const bool silence = reason.empty() || reason.starts_with("no answer");  // else it was told why not
  if (!was_connected && closed.code == wire::CloseCode::idle && silence) {
    return fmt::format(
        "nothing answered at {} over UDP within {} s; check that avocet-server runs there, that host and "
        "port are "
        "right, and that no firewall on the way drops UDP",
        server, std::chrono::duration_cast<std::chrono::seconds>(patience).count());
  }
  if (!was_connected) return fmt::format("no connection with {}: {}", server, reason);
  if (closed.code == wire::CloseCode::idle) {
    return fmt::format("{} has not been heard for too long; check the network, and that the server runs",
                       server);
  }
  if (closed.code == wire::CloseCode::reset)
    return fmt::format("{} was started anew and does not know the connection any more", server);
  return fmt::format("{} closed the connection: {}", closed.by_peer ? server : "avocet-client",
                     reason.empty() ? "no reason was given" : reason);
}

void Connection::end(const std::string& failure) {
  if (std::exchange(ended_, true)) return;
  if (attempt_) attempt_->loop.close();
  refusal_check_.set({}, [] {});
  last_resort_.set({}, [] {});
  next_round_.set({}, [] {});
  network_changes_.reset();
  handlers_.end(failure);
}

}  // namespace avocet::client
