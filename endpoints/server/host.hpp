#pragma once

#include <asio/executor_work_guard.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "endpoints/drive/alarm.hpp"
#include "endpoints/drive/mailbox.hpp"
#include "endpoints/server/options.hpp"
#include "endpoints/server/shard.hpp"
#include "endpoints/server/titles.hpp"
#include "endpoints/state/key_log_file.hpp"

namespace avocet::server {

/// A running server: its shards, and what there is once for all of them: the library, the log, the
/// statistics, the key log. Lives on a thread of its own, so that no packet waits for a file.
class Host {
 public:
  static state::Result<std::unique_ptr<Host>> open(asio::io_context&, const ServeOptions&,
                                                   const PeerAddress& listen);

  ~Host();

  /// `stopped` is called when everything has ended after stop().
  void start(std::function<void()> stopped);
  /// Takes leave of everybody, for as long as the options allow.
  void stop();

  const Titles& titles() const { return titles_; }
  const crypto::Fingerprint& fingerprint() const { return fingerprint_; }
  PeerAddress local() const { return shards_.front()->local(); }
  /// Why it stopped by itself; empty when it was told to.
  const std::string& error() const { return error_; }

 private:
  using Notices = std::vector<std::pair<ShardId, Notice>>;

  Host(asio::io_context&, const ServeOptions&, Titles, std::optional<state::KeyLogFile>);
  state::Result<void> add_shards(const PeerAddress& listen);

  void take(ShardId, service::ServerEvent&);
  void take(ShardId, const codec::Error& error) { log("{}", error.message()); }
  void take(ShardId, ShardStats&);
  void take(ShardId, const ShardDrained&);
  void take(ShardId, ShardEnded&);
  void end();
  void tick();
  void look_at_library();
  template <class... Args>
  void log(const char* format, const Args&... args) const;

  ServeOptions options_;
  Titles titles_;
  std::optional<state::KeyLogFile> key_log_;
  crypto::Fingerprint fingerprint_;
  drive::Alarm ticker_, last_resort_;
  drive::Mailbox<Notices> notices_;
  asio::executor_work_guard<asio::io_context::executor_type> listening_;  // until the last shard has ended
  std::vector<ShardStats> stats_;                                         // of each shard, as last told
  std::size_t stats_awaited_ = 0, serving_ = 0, drained_ = 0;
  std::function<void()> stopped_;
  std::string error_;
  UnixTime started_at_;
  Time started_;
  bool stopping_ = false;
  unsigned ticks_ = 0;
  std::vector<std::unique_ptr<Shard>> shards_;  // the first to go
};

}  // namespace avocet::server
