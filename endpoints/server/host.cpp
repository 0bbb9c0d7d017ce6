#include "endpoints/server/host.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "endpoints/drive/entropy.hpp"
#include "endpoints/server/statistics.hpp"
#include "endpoints/state/identities.hpp"
#include "endpoints/state/listener_keys.hpp"

namespace avocet::server {
namespace {

constexpr Duration tick_period = 1s;
/// The library folder is looked at every so many ticks.
constexpr unsigned ticks_per_scan = 2;
/// How long CLOSE may take to arrive, after everything else.
constexpr Duration farewell = 1s;
/// Segments kept in memory, of all shards together; each has an equal part, but no less than the least.
constexpr std::size_t cache_bytes = 64 << 20, least_cache_bytes = 8 << 20;

service::ServerConfig server_config(const ServeOptions& options) {
  service::ServerConfig config;
  auto keys = state::load_or_make_listener_keys(options.state, drive::draw_entropy());
  if (!keys) {
    fmt::print(stderr,
               "avocet-server: warning: {}: after a restart, clients notice late that they must reconnect\n",
               keys.error());
    keys = session::ListenerKeys::make(drive::draw_entropy());
  }
  config.listener.keys = *keys;
  config.listener.session.key_log = !options.key_log.empty();
  config.listener.shards = static_cast<std::uint16_t>(options.threads);
  config.service.name = options.name;
  return config;
}

/// One to a shard, since nothing of libcrypto is shared between threads.
state::Result<session::ServerCredentials> credentials(const ServeOptions& options) {
  const Entropy entropy = drive::draw_entropy();
  if (!options.certificate.empty()) return state::load_server(options.certificate, options.key, entropy);
  return state::load_or_make_server(options.state, entropy, drive::unix_time());
}

/// Sockets that share one port, between which the kernel divides the peers.
state::Result<std::vector<drive::UdpSocket>> bind_all(const PeerAddress& listen, std::size_t count) {
  std::vector<drive::UdpSocket> sockets;
  // The first shares with nobody: another server there is an error, not a companion.
  auto first = drive::UdpSocket::bind(listen, {.dont_fragment = true});
  if (!first) return std::unexpected(first.error());
  const PeerAddress local = first->local();
  sockets.push_back(std::move(*first));
  if (count == 1) return sockets;
  sockets.clear();
  for (std::size_t i = 0; i < count; ++i) {
    auto socket =
        drive::UdpSocket::bind({listen.ip, local.port}, {.reuse_port = true, .dont_fragment = true});
    if (!socket) return std::unexpected(socket.error());
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

}  // namespace

state::Result<std::unique_ptr<Host>> Host::open(asio::io_context& context, const ServeOptions& options,
                                                const PeerAddress& listen) {
  Titles titles(options.library);
  if (auto scanned = titles.scan(); !scanned) return std::unexpected(scanned.error().message());
  std::optional<state::KeyLogFile> key_log;
  if (!options.key_log.empty()) {
    auto opened = state::KeyLogFile::open(options.key_log);
    if (!opened) return std::unexpected(opened.error());
    key_log.emplace(std::move(*opened));
    fmt::print(stderr,
               "avocet-server: warning: keys of all connections are written to {}: who reads it reads them\n",
               options.key_log.string());
  }
  std::unique_ptr<Host> host(new Host(context, options, std::move(titles), std::move(key_log)));
  if (auto added = host->add_shards(listen); !added) return std::unexpected(added.error());
  return host;
}

Host::Host(asio::io_context& context, const ServeOptions& options, Titles titles,
           std::optional<state::KeyLogFile> key_log)
    : options_(options),
      titles_(std::move(titles)),
      key_log_(std::move(key_log)),
      ticker_(context),
      last_resort_(context),
      notices_(context,
               [this](Notices& notices) {
                 for (auto& [from, notice] : notices) {
                   std::visit([&, shard = from](auto& n) { take(shard, n); }, notice);
                 }
                 notices.clear();
               }),
      listening_(asio::make_work_guard(context)),
      stats_(options.threads),
      started_at_(drive::unix_time()),
      started_(drive::now()) {}

/// They reach into each other until the last has ended.
Host::~Host() {
  for (const auto& shard : shards_) shard->end();
  for (const auto& shard : shards_) shard->join();
}

state::Result<void> Host::add_shards(const PeerAddress& listen) {
  auto sockets = bind_all(listen, options_.threads);
  if (!sockets) return std::unexpected(sockets.error());
  Shard::Settings settings{.config = server_config(options_),
                           .cache_bytes = std::max(cache_bytes / sockets->size(), least_cache_bytes),
                           .shelf = titles_.shelf()};
  for (std::size_t i = 0; i < sockets->size(); ++i) {
    const ShardId id{static_cast<std::uint8_t>(i)};
    auto keys = credentials(options_);
    if (!keys) return std::unexpected(keys.error());
    fingerprint_ = keys->chain->fingerprint();
    settings.config.listener.shard = id.value;
    shards_.push_back(std::make_unique<Shard>(
        settings, std::move(*keys), std::move((*sockets)[i]), [this, id](Notice notice) {
          notices_.put([&](Notices& notices) { return notices.emplace_back(id, std::move(notice)), true; });
        }));
  }
  return {};
}

void Host::start(std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  std::vector<Shard*> all;
  for (const auto& shard : shards_) all.push_back(shard.get());
  serving_ = all.size();
  for (Shard* shard : all) shard->start(all);
  tick();
}

void Host::stop() {
  if (std::exchange(stopping_, true)) return;
  log("stopping");
  const Time until = drive::now() + seconds_of(options_.drain_seconds);
  for (const auto& shard : shards_) shard->drain("the server is stopping", until);
  last_resort_.set(until + farewell, [this] { end(); });
}

void Host::end() {
  stats_awaited_ = shards_.size();  // each tells its last
  ticker_.set({}, [] {});
  last_resort_.set({}, [] {});
  for (const auto& shard : shards_) shard->end();
}

void Host::tick() {
  for (const auto& shard : shards_) {
    shard->set_calendar(drive::unix_time());
    if (!options_.stats.empty()) shard->report();
  }
  stats_awaited_ = shards_.size();
  if (ticks_++ % ticks_per_scan == 0) look_at_library();
  ticker_.set(drive::now() + tick_period, [this] { tick(); });
}

void Host::look_at_library() {
  const auto changed = titles_.scan();
  if (changed && *changed && ticks_ > 1) {
    for (const auto& shard : shards_) shard->set_shelf(titles_.shelf());
    log("the library has changed");
  }
  if (!changed) log("{}", changed.error().message());
}

void Host::take(ShardId, service::ServerEvent& event) {
  std::visit(
      [&]<class Event>(Event& e) {
        if constexpr (std::is_same_v<Event, service::SessionKeyLog>) {
          if (key_log_) key_log_->add(e.line);
        } else if constexpr (std::is_same_v<Event, service::UserJoined>) {
          log("{} joined{}", e.name, e.superseded ? ", and takes over from an older connection" : "");
        } else if constexpr (std::is_same_v<Event, service::UserLeft>) {
          log("{} left{}{}", e.name, e.reason.empty() ? "" : ": ", e.reason);
        } else if constexpr (std::is_same_v<Event, service::PlayBegan>) {
          log("{} plays {} in {}", e.user, e.title, e.rendition);
        } else if constexpr (std::is_same_v<Event, service::PlaySwitched>) {
          log("{} goes from {} to {} in {}: {}", e.user, e.from, e.to, e.title, e.reason);
        } else if constexpr (std::is_same_v<Event, service::PlayOver>) {
          log("{} ends {}{}{}", e.user, e.title, e.reason.empty() ? "" : ": ", e.reason);
        } else if constexpr (std::is_same_v<Event, service::TitlePublished>) {
          log("{} publishes {}", e.user, e.title);
        } else if constexpr (std::is_same_v<Event, service::TitleWithdrawn>) {
          log("{} no longer publishes {}{}{}", e.user, e.title, e.reason.empty() ? "" : ": ", e.reason);
        }
      },
      event);
}

void Host::take(ShardId, const ShardDrained&) {
  if (++drained_ == shards_.size()) end();
}

/// When one cannot go on, all end: its users would not be served, but their names would be taken.
void Host::take(ShardId, ShardEnded& ended) {
  if (error_.empty()) error_ = std::move(ended.error);
  if (--serving_ > 0) return error_.empty() ? void() : end();
  ticker_.set({}, [] {});
  last_resort_.set({}, [] {});
  listening_.reset();
  std::exchange(stopped_, {})();
}

void Host::take(ShardId from, ShardStats& told) {
  stats_[from.value] = std::move(told);
  if (options_.stats.empty() || stats_awaited_ == 0 || --stats_awaited_ > 0) return;
  nlohmann::json stats{{"startedAt", started_at_.time_since_epoch().count()},
                       {"uptime", to_seconds(drive::now() - started_)},
                       {"cpuSeconds", cpu_seconds()},
                       {"titles", titles_.catalogue().size()}};
  stats.update(to_json(stats_));
  const auto written = state::write_file(options_.stats, as_bytes(stats.dump(2) + "\n"));
  if (!written) log("{}", written.error());
}

template <class... Args>
void Host::log(const char* format, const Args&... args) const {
  if (options_.quiet) return;
  fmt::print("{:%H:%M:%S} {}\n", fmt::localtime(std::time(nullptr)),
             fmt::format(fmt::runtime(format), args...));
  std::fflush(stdout);
}

}  // namespace avocet::server
