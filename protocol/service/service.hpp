#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocol/crypto/context.hpp"
#include "protocol/service/catalogue.hpp"
#include "protocol/service/directory.hpp"
#include "protocol/service/guest.hpp"
#include "protocol/service/server_config.hpp"

namespace avocet::service {

/// What the server does for its users, apart from the network: Server brings the events of sessions here and
/// takes out what the driver must know. Reaches sessions through their Ports. After any input, next_event()
/// until there is none, and wake() at due().
class Service {
 public:
  Service(const ServiceConfig&, std::shared_ptr<crypto::Context>);
  ~Service();

  // Of a session.
  void opened(Time now, SessionId, std::unique_ptr<Port>, Bytes public_key, std::string fingerprint);
  void received(Time now, SessionId, ByteView stream_bytes);
  void frame(Time now, SessionId, TrackId, const media::Frame&, Time arrived);
  /// It can take more, or its path has changed.
  void ready(Time now, SessionId);
  void closed(Time now, SessionId, wire::CloseCode, std::string_view reason, bool by_peer);

  // Of the driver: see Server.
  void set_catalogue(std::vector<StoredTitle>);
  void set_calendar(UnixTime calendar) { calendar_ = calendar; }
  void supply(Time now, const SegmentRequest&, media::SharedSegment);
  void fail(Time now, const SegmentRequest&, std::string_view reason);
  void announce(Time now, std::string_view line);
  void say_goodbye(Time now, std::string_view reason);

  void wake(Time now);
  std::optional<Time> due() const;
  std::optional<ServerEvent> next_event();

  std::size_t users() const { return directory_.size(); }
  std::size_t plays() const { return plays_; }

 private:
  /// A live title with those who watch it.
  struct Stage {
    std::shared_ptr<LiveTitle> title;
    std::set<std::pair<SessionId, PlayId>> viewers;
    std::optional<Time> target_sent_at;
    DataRate target;
  };
  struct Requests;  // one handler per message of a client

  Guest* find(SessionId);
  void refuse(Guest&, PlayId request, const Refusal&);
  void close(Time now, Guest&, wire::CloseCode, std::string_view reason);

  void end_play(Guest&, PlayId, std::string_view reason);
  void drop_play(Guest&, PlayId);
  void advance_plays(Time now, Guest&);
  void withdraw(Time now, Guest&, PlayId publication, std::string_view reason);
  void leave(Time now, Guest&, std::string_view reason);
  void relay(Time now, Stage&, std::size_t track, const media::Frame&);
  void send_target_rate(Time now, Stage&);

  /// Everything that follows from an input of a guest: pages, writing, timers.
  void settle(Time now, Guest&);
  void send_pages(Time now, Guest&);
  void set_ceiling(Guest&);
  void arm(Guest&);
  void broadcast(Time now, const std::vector<SharedBytes>&);

  ServiceConfig config_;
  std::shared_ptr<crypto::Context> context_;
  UnixTime calendar_{};

  std::unordered_map<SessionId, std::unique_ptr<Guest>> guests_;
  Directory directory_;
  Catalogue catalogue_;
  std::map<std::string, Stage, std::less<>> stages_;
  std::size_t plays_ = 0;

  std::deque<ServerEvent> events_;
  std::set<std::pair<Time, SessionId>> timers_;
  std::optional<Time> directory_due_;
};

}  // namespace avocet::service
