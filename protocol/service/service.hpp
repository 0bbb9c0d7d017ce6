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
#include "protocol/service/registry.hpp"
#include "protocol/service/server_config.hpp"
#include "protocol/service/stage.hpp"

namespace avocet::service {

/// What the server does for its users, apart from the network: Server brings the events of sessions here and
/// takes out what the driver must know. Reaches sessions through their Ports. After any input, next_event()
/// until there is none, and wake() at due().
///
/// A server may have several, one to a shard, that serve their users as one: what concerns them all is told
/// by messages (shard_messages.hpp), which the driver carries. Shard 0 has the registry of names and titles.
/// What a shard tells itself goes the same way, within the call that caused it.
class Service {
 public:
  Service(const ServiceConfig&, std::shared_ptr<crypto::Context>);
  ~Service();

  // Of a session.
  void opened(Time now, SessionId, std::unique_ptr<Port>, Bytes public_key, std::string fingerprint);
  /// Before opened(): it comes back with a ticket that seals these bytes, of StoredPlay::to_seal.
  void resuming(Time now, SessionId, std::unique_ptr<Port>, Bytes public_key, std::string fingerprint,
                ByteView sealed);
  void received(Time now, SessionId, ByteView stream_bytes);
  /// Whether it wants to hear more of a session now; if not, next_attentive() says when.
  bool attentive(SessionId) const;
  /// A session of which more may be read than was asked for last.
  std::optional<SessionId> next_attentive();
  void frame(Time now, SessionId, TrackId, const media::Frame&, Time arrived);
  /// It can take more, or its path has changed.
  void ready(Time now, SessionId);
  void closed(Time now, SessionId, wire::CloseCode, std::string_view reason, bool by_peer);

  // Of another shard.
  void on_shard(Time now, ShardId from, shard::Message);

  // Of the driver: see Server.
  void set_catalogue(std::vector<StoredTitle>);
  void set_calendar(UnixTime calendar) { calendar_ = calendar; }
  void supply(Time now, const SegmentRequest&, media::SharedSegment);
  void fail(Time now, const SegmentRequest&, std::string_view reason);
  void announce(Time now, std::string_view line);
  void drain(Time now, std::string_view reason, Time until);

  void wake(Time now);
  std::optional<Time> due() const;
  std::optional<ServerEvent> next_event();

  /// Users of all shards.
  std::size_t users() const { return directory_.size(); }
  /// Plays of this one.
  std::size_t plays() const { return plays_; }

 private:
  struct Requests;    // one handler per message of a client
  struct FromShards;  // one handler per message of a shard

  Guest* find(SessionId);
  Place place(const Guest& guest) const { return {config_.shard, guest.id}; }
  bool is_home(const Source& source) const { return source.publisher.shard == config_.shard; }
  void hear(Time now, Guest&, ByteView stream_bytes);
  void answered(Time now, Guest&);
  void refuse(Guest&, PlayId request, const Refusal&);
  void close(Time now, Guest&, wire::CloseCode, std::string_view reason);

  void seal(Time now, Guest&, PlayId, StoredPlay&);
  void end_play(Guest&, PlayId, std::string_view reason);
  void drop_play(Guest&, PlayId);
  void advance_plays(Time now, Guest&);
  void withdraw(Guest&, PlayId publication, std::string_view reason);
  void leave(Guest&, std::string_view reason);

  // Of live titles (service_live.cpp).
  void add_viewer(Stage&, const Guest&, PlayId);
  void remove_viewer(Stage&, const Guest&, PlayId);
  void count_viewing(const std::string& title, bool came);
  void take_frame(Time now, Stage&, std::size_t track, const media::Frame&, Time arrived);
  void send_target_rate(Time now, Stage&);
  void want_key_frame(Time now, Stage&, FrameNumber after);
  void ask_for_key_frame(Time now, Stage&);
  void close_stage(Time now, const Source&, std::string_view reason);

  // Between shards.
  static constexpr ShardId registry_shard{0};
  void post(std::optional<ShardId> to, shard::Message);
  void post_to_others(shard::Message);
  /// Takes in what this shard has told itself. The end of every input.
  void pump(Time now);

  /// Everything that follows from an input of a guest: pages, writing, timers.
  void settle(Time now, Guest&);
  void send_pages(Time now, Guest&);
  void set_ceiling(Guest&);
  void arm(Guest&);
  void say_goodbye(Time now, Guest&);
  void see_off(Time now);
  void broadcast(Time now, const std::vector<SharedBytes>&);
  void tell_everybody(SharedBytes);

  ServiceConfig config_;
  std::shared_ptr<crypto::Context> context_;
  UnixTime calendar_{};

  std::unordered_map<SessionId, std::unique_ptr<Guest>> guests_;
  Directory directory_;
  Catalogue catalogue_;
  std::map<Source, Stage> stages_;
  std::size_t plays_ = 0;

  std::deque<ServerEvent> events_;
  std::set<std::pair<Time, SessionId>> timers_;
  std::optional<Time> directory_due_;
  struct Drain {
    std::string reason;
    Time until;
    std::optional<Time> look_at;  // none: nobody is left
  };
  std::optional<Drain> drain_;  // of a server that stops
  std::deque<SessionId> attentive_;

  std::optional<Registry> registry_;                      // of shard 0
  std::deque<std::pair<ShardId, shard::Message>> inbox_;  // from itself
};

}  // namespace avocet::service
