#include "endpoints/server/host.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "endpoints/drive/entropy.hpp"
#include "endpoints/state/listener_keys.hpp"

namespace avocet::server {
namespace {

constexpr Duration tick_period = 1s;
/// The library folder is looked at every so many ticks.
constexpr unsigned ticks_per_scan = 2;
/// How long leaving may take.
constexpr Duration farewell = 1s;

service::ServerConfig server_config(const ServeOptions& options) {
  service::ServerConfig config;
  auto keys = state::load_or_make_listener_keys(options.state, drive::draw_entropy());
  if (keys) {
    config.listener.keys = *keys;
  } else {
    fmt::print(stderr,
               "avocet-server: warning: {}: after a restart, clients notice late that they must reconnect\n",
               keys.error());
  }
  config.listener.session.key_log = !options.key_log.empty();
  config.service.name = options.name;
  return config;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

nlohmann::json session_json(const session::Stats& s, const std::string& user) {
  return {{"user", user},
          {"bytesSent", s.bytes_sent},
          {"bytesReceived", s.bytes_received},
          {"packetsSent", s.packets_sent},
          {"packetsLost", s.packets_lost},
          {"retransmittedPacketsSent", s.retransmitted_fragments_sent},
          {"fecPacketsSent", s.fec_packets_sent},
          {"currentRoundTripTime", to_seconds(s.smoothed_rtt)},
          {"queueDelay", to_seconds(s.queue_delay)},
          {"availableOutgoingBitrate", s.target_rate.bps()},
          {"lossRate", s.loss_rate}};
}

}  // namespace

state::Result<std::unique_ptr<Host>> Host::open(asio::io_context& context, const ServeOptions& options,
                                                const PeerAddress& listen,
                                                session::ServerCredentials credentials) {
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
  auto socket = drive::UdpSocket::bind(listen);
  if (!socket) return std::unexpected(socket.error());
  return std::unique_ptr<Host>(new Host(context, options, std::move(titles), std::move(*socket),
                                        std::move(credentials), std::move(key_log)));
}

Host::Host(asio::io_context& context, const ServeOptions& options, Titles titles, drive::UdpSocket socket,
           session::ServerCredentials credentials, std::optional<state::KeyLogFile> key_log)
    : options_(options),
      titles_(std::move(titles)),
      key_log_(std::move(key_log)),
      server_(server_config(options), std::move(credentials), drive::draw_entropy(), drive::unix_time()),
      loop_(context, server_, std::move(socket), Handler{this}),
      ticker_(context),
      last_resort_(context),
      started_at_(drive::unix_time()),
      started_(drive::now()) {
  server_.set_catalogue(titles_.catalogue());
}

void Host::start(std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  loop_.start();
  tick();
}

void Host::stop() {
  if (std::exchange(stopping_, true)) return;
  log("stopping");
  loop_.call([this](Time now) { server_.shut_down(now, "the server is stopping"); });
  last_resort_.set(drive::now() + farewell, [this] { end(); });
  if (server_.sessions() == 0) end();
}

void Host::end() {
  if (!stopped_) return;
  write_stats();
  loop_.close();
  ticker_.set({}, [] {});
  last_resort_.set({}, [] {});
  std::exchange(stopped_, {})();
}

void Host::tick() {
  loop_.call([this](Time) { server_.set_calendar(drive::unix_time()); });
  if (ticks_++ % ticks_per_scan == 0) {
    const auto changed = titles_.scan();
    if (changed && *changed && ticks_ > 1) {
      server_.set_catalogue(titles_.catalogue());
      log("the library has changed");
    }
    if (!changed) log("{}", changed.error().message());
  }
  write_stats();
  ticker_.set(drive::now() + tick_period, [this] { tick(); });
}

void Host::Handler::operator()(service::Server::Output&& output, Time now) const {
  host->on_event(std::get<service::ServerEvent>(output), now);
}

void Host::on_event(service::ServerEvent& event, Time now) {
  std::visit(
      [&]<class Event>(Event& e) {
        if constexpr (std::is_same_v<Event, service::NeedSegment>) {
          supply(e.request, now);
        } else if constexpr (std::is_same_v<Event, service::SessionKeyLog>) {
          if (key_log_) key_log_->add(e.line);
        } else if constexpr (std::is_same_v<Event, service::UserJoined>) {
          users_[e.session] = e.name;
          log("{} joined{}", e.name, e.superseded ? ", and takes over from an older connection" : "");
        } else if constexpr (std::is_same_v<Event, service::UserLeft>) {
          users_.erase(e.session);
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
        } else if constexpr (std::is_same_v<Event, service::SessionClosed>) {
          if (stopping_ && server_.sessions() == 0) end();
        }
      },
      event);
}

void Host::supply(const service::SegmentRequest& request, Time now) {
  const auto title = titles_.find(request.title);
  if (!title) return server_.fail(now, request, "the title is no longer in the library");
  auto segment = title->segment(request.track, request.segment);
  if (!segment) {
    log("{}", segment.error().message());
    return server_.fail(now, request, segment.error().reason);
  }
  server_.supply(now, request, std::move(*segment));
}

void Host::write_stats() const {
  if (options_.stats.empty()) return;
  nlohmann::json sessions = nlohmann::json::array();
  for (const auto& [id, user] : users_) {
    if (const session::Session* session = server_.find(id))
      sessions.push_back(session_json(session->stats(), user));
  }
  const auto& counters = server_.counters();
  const drive::LoopStats& io = loop_.stats();
  const nlohmann::json stats{{"startedAt", started_at_.time_since_epoch().count()},
                             {"uptime", to_seconds(drive::now() - started_)},
                             {"cpuSeconds", cpu_seconds()},
                             {"connections", server_.sessions()},
                             {"users", server_.users()},
                             {"plays", server_.plays()},
                             {"titles", titles_.catalogue().size()},
                             {"handshakesCompleted", counters.handshakes_completed},
                             {"datagramsReceived", io.datagrams_in},
                             {"bytesReceived", io.bytes_in},
                             {"datagramsSent", io.datagrams_out},
                             {"bytesSent", io.bytes_out},
                             {"writes", io.writes},
                             {"strayDatagrams", counters.strays},
                             {"malformedDatagrams", counters.malformed},
                             {"sessions", std::move(sessions)}};
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
