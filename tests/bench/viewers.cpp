// Many viewers of one stored title in one process and one thread: real clients, sockets and time; frames are
// counted and dropped. Prints what came when the last of them has ended.

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "endpoints/drive/address.hpp"
#include "endpoints/drive/clock.hpp"
#include "endpoints/drive/entropy.hpp"
#include "endpoints/drive/loop.hpp"
#include "protocol/crypto/identity.hpp"
#include "protocol/service/client.hpp"
#include "tests/bench/measure.hpp"

namespace avocet::bench {
namespace {

/// Viewers do not all come at the same instant.
constexpr Duration apart = 10ms;

session::ClientCredentials make_credentials(const std::shared_ptr<crypto::Context>& context) {
  crypto::Random random(drive::draw_entropy());
  return {context, std::make_shared<crypto::Identity>(crypto::Identity::make_ed25519(*context, random)), {}};
}

class Viewer {
 public:
  Viewer(asio::io_context& io, session::ClientCredentials credentials, PeerAddress server, std::string user,
         std::string title)
      : title_(std::move(title)),
        client_({}, std::move(credentials), server, drive::draw_entropy(), drive::now(), drive::unix_time()),
        loop_(io, client_, connect(server), Handler{this}) {
    loop_.call([&](Time now) {
      client_.join(now, user);
      client_.play(now, {.title = title_, .rendition = "720p"});
    });
    loop_.start();
  }

  bool over() const { return over_; }
  bool complete() const { return complete_; }
  std::uint64_t frames() const { return frames_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t datagrams() const { return loop_.stats().datagrams_in; }
  const std::string& trouble() const { return trouble_; }

 private:
  struct Handler {
    Viewer* viewer;
    void operator()(service::Client::Output&& output, Time now) const {
      std::visit([&](auto& event) { viewer->on(event, now); }, std::get<service::ClientEvent>(output));
    }
  };

  static drive::UdpSocket connect(PeerAddress server) {
    auto socket = drive::UdpSocket::connect(server);
    if (socket) return std::move(*socket);
    fmt::print(stderr, "bench_viewers: {}\n", socket.error());
    std::exit(1);
  }

  template <class Event>
  void on(Event& event, Time now) {
    if constexpr (std::is_same_v<Event, service::FrameReady>) {
      ++frames_;
      bytes_ += event.frame.size();
    } else if constexpr (std::is_same_v<Event, service::PlayEnded>) {
      complete_ = event.reason.empty();
      if (!complete_) trouble_ = event.reason;
      client_.bye(now, "done");
    } else if constexpr (std::is_same_v<Event, service::Refused>) {
      trouble_ = event.reason;
      client_.bye(now, "refused");
    } else if constexpr (std::is_same_v<Event, service::ConnectionClosed>) {
      if (trouble_.empty() && !complete_) trouble_ = event.reason;
      over_ = true;
      loop_.close();
    }
  }

  std::string title_;
  service::Client client_;
  drive::Loop<service::Client, Handler> loop_;
  bool over_ = false, complete_ = false;
  std::uint64_t frames_ = 0, bytes_ = 0;
  std::string trouble_;
};

int run(const PeerAddress& server, const std::string& title, std::size_t count, Duration limit) {
  asio::io_context io(1);
  const auto context = std::make_shared<crypto::Context>(drive::draw_entropy());
  std::vector<std::unique_ptr<Viewer>> viewers;
  const Time from = drive::now();
  const auto all_over = [&] {
    return std::ranges::all_of(viewers, [](const auto& viewer) { return viewer->over(); });
  };
  while (drive::now() < from + limit && (viewers.size() < count || !all_over())) {
    if (viewers.size() < count && drive::now() >= from + static_cast<int>(viewers.size()) * apart) {
      viewers.push_back(std::make_unique<Viewer>(io, make_credentials(context), server,
                                                 fmt::format("viewer{}", viewers.size()), title));
    }
    io.run_for(viewers.size() < count ? std::chrono::milliseconds(1) : std::chrono::milliseconds(100));
    io.restart();
  }
  std::size_t complete = 0;
  std::string trouble;
  std::uint64_t frames = 0, bytes = 0, datagrams = 0;
  for (const auto& viewer : viewers) {
    complete += viewer->complete();
    frames += viewer->frames();
    bytes += viewer->bytes();
    datagrams += viewer->datagrams();
    if (trouble.empty()) trouble = viewer->trouble();
  }
  if (!trouble.empty()) fmt::print(stderr, "bench_viewers: {}\n", trouble);
  const nlohmann::json line{{"viewers", count},
                            {"complete", complete},
                            {"frames", frames},
                            {"bytes", bytes},
                            {"packets", datagrams},
                            {"cpu", process_cpu_seconds()},
                            {"seconds", to_seconds(drive::now() - from)}};
  fmt::print("{}\n", line.dump());
  return complete == count ? 0 : 1;
}

}  // namespace
}  // namespace avocet::bench

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: bench_viewers PORT TITLE VIEWERS SECONDS   (of a server on 127.0.0.1)\n", stderr);
    return 2;
  }
  const auto server = avocet::PeerAddress::v4(127, 0, 0, 1, static_cast<std::uint16_t>(std::atoi(argv[1])));
  return avocet::bench::run(server, argv[2], static_cast<std::size_t>(std::atoi(argv[3])),
                            std::chrono::seconds(std::atoi(argv[4])));
}
