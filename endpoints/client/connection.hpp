#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "endpoints/client/server_trust.hpp"
#include "endpoints/drive/loop.hpp"
#include "endpoints/drive/network_changes.hpp"
#include "endpoints/state/key_log_file.hpp"
#include "endpoints/state/tickets.hpp"
#include "protocol/service/client.hpp"

namespace avocet::client {

/// The way to one server: tries its addresses one after the other, believes it or not, writes the key log,
/// moves when the network under it changes, connects again when the connection is lost, and says in plain
/// words why it failed. Single-threaded: everything happens in the io_context.
class Connection {
 public:
  struct Handlers {
    /// Everything but ConnectionClosed and ClientKeyLog. Ask for things from Connected on.
    std::function<void(service::ClientEvent&, Time)> event;
    /// Called once, last. What went wrong, for a person; empty when it ended because of leave().
    std::function<void(const std::string& failure)> end;
    /// Something to tell the user.
    std::function<void(const std::string& text)> notice;
    /// The connection was lost, and it tries to connect again until it is there or leave() is called: another
    /// Connected follows, or the end, when there is no hope. All plays are over. Without: a loss is the end.
    std::function<void(const std::string& why)> lost = {};
  };

  /// Looks names up and makes an identity when there is none. May block.
  static state::Result<std::unique_ptr<Connection>> open(asio::io_context&, const ServerOptions&, Handlers);

  /// The play that will be asked for first when it is connected: its media may then come with the handshake.
  void expect(service::PlayRequest request) { expected_ = std::move(request); }
  void start();
  /// Any calls on the client: `calls(client, now)`. Nothing happens before start(), between a loss and the
  /// next attempt, and after the end.
  template <class Calls>
  void call(Calls&& calls) {
    if (attempt_ && !attempt_over_ && !ended_)
      attempt_->loop.call([&](Time now) { calls(attempt_->client, now); });
  }
  /// Takes leave; the end comes soon, whatever the server does.
  void leave(std::string_view reason);

  bool connected() const { return connected_; }
  /// When the first datagram was sent.
  Time began() const { return began_; }

 private:
  struct Handler {
    Connection* connection;
    void operator()(service::Client::Output&& output, Time now) const;
  };
  struct Attempt {
    Attempt(asio::io_context&, const service::ClientConfig&, session::ClientCredentials, const PeerAddress&,
            drive::UdpSocket, Handler);
    service::Client client;
    drive::Loop<service::Client, Handler> loop;
  };

  Connection(asio::io_context&, const ServerOptions&, Handlers, std::vector<PeerAddress>,
             session::ClientCredentials, ServerTrust, std::optional<state::KeyLogFile>);
  service::ClientConfig config() const;
  void begin_round();
  void try_next();
  bool may_return(const service::ConnectionClosed&) const;
  void try_again();
  void look_for_refusal();
  void follow_network();
  bool more_addresses() const { return next_address_ < addresses_.size(); }
  void take(service::ClientEvent&, Time);
  void on_connected(const service::Connected&, service::ClientEvent&, Time);
  void on_ticket(const service::TicketReceived&);
  std::optional<session::Resumption> take_ticket(service::ClientConfig&);
  void on_closed(const service::ConnectionClosed&);
  std::string explain(const service::ConnectionClosed&, bool was_connected) const;
  void end(const std::string& failure);

  asio::io_context& context_;
  ServerOptions options_;
  Handlers handlers_;
  std::vector<PeerAddress> addresses_;
  session::ClientCredentials credentials_;
  ServerTrust trust_;
  std::optional<state::KeyLogFile> key_log_;
  state::TicketStore tickets_;                     // that seal nothing
  state::TicketStore play_tickets_;                // that seal the beginning of the title
  std::optional<service::TicketReceived> latest_;  // of those that seal where the play is
  std::optional<service::PlayRequest> expected_;

  std::unique_ptr<Attempt> attempt_;
  std::unique_ptr<drive::NetworkChanges> network_changes_;
  drive::Alarm refusal_check_, last_resort_, next_round_;
  std::size_t next_address_ = 0;
  Time began_{}, round_began_{};
  unsigned rounds_ = 0;  // without success since the connection was lost
  std::string last_socket_error_;
  bool attempt_over_ = false, connected_ = false;
  bool ever_connected_ = false, leaving_ = false, ended_ = false;
};

}  // namespace avocet::client
