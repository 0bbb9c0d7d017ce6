#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "endpoints/codec/segment_cache.hpp"
#include "endpoints/drive/loop.hpp"
#include "endpoints/drive/mailbox.hpp"
#include "endpoints/server/shelf.hpp"
#include "protocol/service/server.hpp"
#include "protocol/session/datagram_queue.hpp"

namespace avocet::server {

/// What a shard has done so far.
struct ShardStats {
  std::size_t connections = 0, plays = 0;
  std::size_t users = 0;  ///< of all shards
  session::Listener::Counters counters;
  drive::LoopStats io;
  std::uint64_t frames_dropped = 0, datagrams_dropped = 0;  ///< on the way to other shards
  struct User {
    std::string name;
    session::Stats session;
  };
  std::vector<User> sessions;
};

/// After drain(): all its sessions have ended.
struct ShardDrained {};
/// Its thread ends; `error` says why if it was not asked to.
struct ShardEnded {
  std::string error;
};

/// What a shard tells its owner. Of the service's events only those that somebody wants to read of.
using Notice = std::variant<service::ServerEvent, codec::Error, ShardStats, ShardDrained, ShardEnded>;

/// One thread of the server with a socket, sessions and a cache of segments of its own. Shares nothing that
/// changes with others: they exchange messages, and datagrams that came to the wrong one.
class Shard {
 public:
  struct Settings {
    service::ServerConfig config;
    std::size_t cache_bytes = 0;
    std::shared_ptr<const Shelf> shelf;
  };
  /// `tell` is called from the shard's thread.
  Shard(const Settings&, session::ServerCredentials, drive::UdpSocket, std::function<void(Notice)> tell);

  /// Begins to serve. `all` are the shards of the server by number, this one too; they live until all have
  /// ended.
  void start(std::vector<Shard*> all);

  // From any thread; done soon.

  void set_shelf(std::shared_ptr<const Shelf>);
  /// Tells it the time of day. Once a second or so.
  void set_calendar(UnixTime);
  /// ShardStats come back.
  void report();
  /// Takes leave of its users, until then at the latest; ShardDrained comes back.
  void drain(std::string reason, Time until);
  /// Ends its thread; ShardStats and ShardEnded come back.
  void end();
  /// Waits for that. From the thread that called start().
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  PeerAddress local() const { return loop_.socket().local(); }

 private:
  /// What waits to be taken in.
  struct Mail {
    std::vector<std::pair<ShardId, service::shard::Message>> messages;
    std::size_t frame_bytes = 0;  // of the live frames among them
  };
  struct Handler {
    Shard* shard;
    void operator()(service::Server::Output&& output, Time now) const;
  };

  void run();
  void on_event(service::ServerEvent&, Time now);
  void supply(const service::SegmentRequest&, Time now);
  void hand_on(service::ToShard&);
  void hand_on(const session::Forward&);
  bool put(ShardId from, const service::shard::Message&);
  void take(Mail&);
  void take(session::DatagramQueue&);
  void note_drained();
  ShardStats stats() const;
  template <class Calls>
  void from_outside(Calls&&);

  ShardId id_;
  std::function<void(Notice)> tell_;
  asio::io_context context_{1};
  std::shared_ptr<const Shelf> shelf_;
  codec::SegmentCache cache_;
  service::Server server_;
  drive::Loop<service::Server, Handler> loop_;
  drive::Mailbox<Mail> mail_;
  drive::Mailbox<session::DatagramQueue> datagrams_;
  std::vector<Shard*> all_;
  std::map<SessionId, std::string> users_;
  std::uint64_t frames_dropped_ = 0, datagrams_dropped_ = 0;
  bool stopping_ = false;
  std::jthread thread_;  // the first to go
};

}  // namespace avocet::server
