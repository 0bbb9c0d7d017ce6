#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "endpoints/drive/loop.hpp"
#include "endpoints/server/options.hpp"
#include "endpoints/server/titles.hpp"
#include "endpoints/state/key_log_file.hpp"
#include "protocol/service/server.hpp"

namespace avocet::server {

/// A running server: the service, its socket, its library, and what it writes down.
class Host {
 public:
  static state::Result<std::unique_ptr<Host>> open(asio::io_context&, const ServeOptions&,
                                                   const PeerAddress& listen, session::ServerCredentials);

  /// `stopped` is called when everything has ended after stop().
  void start(std::function<void()> stopped);
  /// Takes leave of everybody; after a second at most it is over.
  void stop();

  const Titles& titles() const { return titles_; }
  PeerAddress local() const { return loop_.socket().local(); }

 private:
  struct Handler {
    Host* host;
    void operator()(service::Server::Output&& output, Time now) const;
  };

  Host(asio::io_context&, const ServeOptions&, Titles, drive::UdpSocket, session::ServerCredentials,
       std::optional<state::KeyLogFile>);
  void on_event(service::ServerEvent&, Time now);
  void supply(const service::SegmentRequest&, Time now);
  void tick();
  void write_stats() const;
  void end();
  template <class... Args>
  void log(const char* format, const Args&... args) const;

  ServeOptions options_;
  Titles titles_;
  std::optional<state::KeyLogFile> key_log_;
  service::Server server_;
  drive::Loop<service::Server, Handler> loop_;
  drive::Alarm ticker_, last_resort_;
  std::function<void()> stopped_;
  std::map<SessionId, std::string> users_;
  UnixTime started_at_;
  Time started_;
  bool stopping_ = false;
  unsigned ticks_ = 0;
};

}  // namespace avocet::server
