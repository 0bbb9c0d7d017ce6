#include "protocol/service/server.hpp"

#include "protocol/service/service.hpp"
#include "protocol/service/session_port.hpp"

namespace avocet::service {

class Server::Impl {
 public:
  Impl(const ServerConfig& config, session::ServerCredentials credentials, Entropy entropy, UnixTime calendar)
      : service(on_its_shard(config), credentials.context),
        listener(config.listener, std::move(credentials), entropy) {
    service.set_calendar(calendar);
  }

  Output poll(Time now, ByteSpan room, std::size_t max_segments) {
    for (;;) {
      if (auto event = service.next_event()) return std::move(*event);
      if (const auto id = service.next_attentive()) {
        take(now, *id, session::StreamReadable{StreamId{0}});
        continue;
      }
      session::Listener::Output output = listener.poll(now, room, max_segments);
      if (auto* transmit = std::get_if<session::Transmit>(&output)) return *transmit;
      if (auto* wake = std::get_if<session::Wake>(&output)) {
        if (const auto due = service.due(); due && (!wake->at || *due < *wake->at)) {
          if (*due <= now) {
            service.wake(now);
            continue;
          }
          return session::Wake{due, "service"};
        }
        return *wake;
      }
      if (auto* forward = std::get_if<session::Forward>(&output)) return ServerEvent{*forward};
      auto& about = std::get<session::Listener::SessionEvent>(output);
      std::visit([&](auto& event) { take(now, about.session, event); }, about.event);
    }
  }

  void take(Time now, SessionId id, session::Connected& event) {
    service.opened(now, id, std::make_unique<SessionPort>(listener, id), std::move(event.peer_key),
                   std::move(event.fingerprint));
  }
  void take(Time now, SessionId id, session::Resuming& event) {
    service.resuming(now, id, std::make_unique<SessionPort>(listener, id), std::move(event.peer_key),
                     std::move(event.fingerprint), event.sealed);
  }
  void take(Time now, SessionId id, const session::StreamReadable& event) {
    session::Session* s = listener.touch(id);
    if (s == nullptr) return;
    if (event.stream != StreamId{0}) return s->reset(now, event.stream, 0);  // AV-SVC-5
    if (!service.attentive(id)) return;  // flow control holds the rest back
    const session::StreamRead read = s->read(now, event.stream);
    service.received(now, id, read.data);
    if (read.fin) close_without_stream(now, id);
  }
  void take(Time now, SessionId id, const session::StreamReset& event) {
    if (event.stream == StreamId{0}) close_without_stream(now, id);
  }
  void take(Time now, SessionId id, const session::FrameReceived& event) {
    service.frame(now, id, event.track, event.frame, event.first_arrival);
  }
  void take(Time, SessionId, const session::TicketReceived&) {}  // for clients
  void take(Time now, SessionId id, const session::StreamWritable&) { service.ready(now, id); }
  void take(Time now, SessionId id, const session::MediaWritable&) { service.ready(now, id); }
  void take(Time now, SessionId id, const session::RateChanged&) { service.ready(now, id); }
  void take(Time, SessionId id, session::KeyLog& event) { logged.push_back({id, std::move(event.line)}); }
  void take(Time now, SessionId id, const session::Closed& event) {
    service.closed(now, id, event.code, event.reason, event.by_peer);
  }

  static ServiceConfig on_its_shard(const ServerConfig& config) {
    ServiceConfig service = config.service;
    service.shard = {config.listener.shard};
    service.shards = config.listener.shards;
    return service;
  }

  /// A client whose stream 0 ends has nothing more to say and cannot be answered.
  void close_without_stream(Time now, SessionId id) {  // AV-SVC-4
    if (auto* s = listener.touch(id)) s->close(now, wire::CloseCode::service, "stream 0 ended");
  }

  Service service;
  session::Listener listener;
  std::deque<SessionKeyLog> logged;
};

Server::Server(const ServerConfig& config, session::ServerCredentials credentials, Entropy entropy,
               UnixTime calendar)
    : impl_(std::make_unique<Impl>(config, std::move(credentials), entropy, calendar)) {}
Server::~Server() = default;

void Server::receive(Time now, const session::Datagram& datagram) { impl_->listener.receive(now, datagram); }

void Server::wake(Time now) {
  impl_->listener.wake(now);
  impl_->service.wake(now);
}

void Server::set_catalogue(std::vector<StoredTitle> titles) {
  impl_->service.set_catalogue(std::move(titles));
}
void Server::set_calendar(UnixTime calendar) { impl_->service.set_calendar(calendar); }

void Server::supply(Time now, const SegmentRequest& request, media::SharedSegment segment) {
  impl_->service.supply(now, request, std::move(segment));
}
void Server::fail(Time now, const SegmentRequest& request, std::string_view reason) {
  impl_->service.fail(now, request, reason);
}
void Server::on_shard(Time now, ShardId from, shard::Message message) {
  impl_->service.on_shard(now, from, std::move(message));
}

void Server::announce(Time now, std::string_view line) { impl_->service.announce(now, line); }

Server::Output Server::poll(Time now, ByteSpan room, std::size_t max_segments) {
  if (!impl_->logged.empty()) {
    ServerEvent event = std::move(impl_->logged.front());
    impl_->logged.pop_front();
    return event;
  }
  return impl_->poll(now, room, max_segments);
}

void Server::drain(Time now, std::string_view reason, Time until) {
  impl_->listener.refuse_new(now);
  impl_->service.drain(now, reason, until);
}

std::size_t Server::sessions() const { return impl_->listener.sessions(); }
std::size_t Server::users() const { return impl_->service.users(); }
std::size_t Server::plays() const { return impl_->service.plays(); }
const session::Listener::Counters& Server::counters() const { return impl_->listener.counters(); }
const session::Session* Server::find(SessionId id) const { return impl_->listener.find(id); }

}  // namespace avocet::service
