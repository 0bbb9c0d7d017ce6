// What one process can send to another over loopback, end to end: media through sessions, loops and sockets
// with the rate found by the controller. The child sends, the parent receives.

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "endpoints/drive/clock.hpp"
#include "endpoints/drive/loop.hpp"
#include "protocol/session/listener.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/report.hpp"
#include "tests/support/credentials.hpp"

namespace avocet::bench {
namespace {

constexpr TrackId video{1};
constexpr std::size_t frame_size = 50'000;
constexpr Duration warm_up = 3s, measured = 5s;

drive::UdpSocket must(std::expected<drive::UdpSocket, std::string> socket) {
  if (!socket) std::abort();
  return std::move(*socket);
}

session::Config config() { return {.max_rate = DataRate::mbps(10'000)}; }

/// Sends frames to whoever connects until it has left.
class Sender {
 public:
  Sender() : listener_(listener_config(), test::server_credentials(1), Entropy::of(2)) {}

  PeerAddress bind() {
    loop_.emplace(context_, listener_, must(drive::UdpSocket::bind(PeerAddress::v4(127, 0, 0, 1, 0))),
                  Handler{this});
    return loop_->socket().local();
  }
  void run() {
    loop_->start();
    context_.run();
  }

 private:
  struct Handler {
    Sender* sender;
    void operator()(session::Listener::Output&& output, Time now) const {
      const auto& told = std::get<session::Listener::SessionEvent>(output);
      session::Session* session = sender->listener_.touch(told.session);
      if (std::holds_alternative<session::Closed>(told.event)) return sender->loop_->close();
      if (std::holds_alternative<session::Connected>(told.event)) session->open_track(video, {});
      if (session != nullptr) sender->fill(*session, now);
    }
  };
  static session::ListenerConfig listener_config() { return {.session = config()}; }

  void fill(session::Session& session, Time now) {
    while (session.send(now, video, {.number = FrameNumber{next_}, .payload = payload_}, std::nullopt) ==
           session::Admission::accepted)
      ++next_;
  }

  asio::io_context context_{1};
  session::Listener listener_;
  std::optional<drive::Loop<session::Listener, Handler>> loop_;
  std::uint64_t next_ = 0;
  SharedBytes payload_ = std::make_shared<Bytes>(frame_size);
};

/// Connects, and counts what comes.
class Receiver {
 public:
  explicit Receiver(PeerAddress server)
      : session_(session::Session::connect(config(), test::client_credentials(3), server, Entropy::of(4),
                                           drive::now(), test::calendar)),
        loop_(context_, session_, must(drive::UdpSocket::connect(server)), Handler{this}) {
    loop_.start();
  }

  void run_for(Duration span) {
    context_.run_for(std::chrono::duration_cast<std::chrono::steady_clock::duration>(span));
  }
  void leave() {
    loop_.call([this](Time now) { session_.close(now, wire::CloseCode::none, "done"); });
    run_for(200ms);
  }
  double bytes() const { return bytes_; }
  session::Stats stats() const { return session_.stats(); }

 private:
  struct Handler {
    Receiver* receiver;
    void operator()(session::Output&& output, Time) const {
      const auto& event = std::get<session::Event>(output);
      if (const auto* frame = std::get_if<session::FrameReceived>(&event))
        receiver->bytes_ += static_cast<double>(frame->frame.size());
    }
  };

  asio::io_context context_{1};
  session::Session session_;
  drive::Loop<session::Session, Handler> loop_;
  double bytes_ = 0;
};

void measure() {
  Sender sender;
  const PeerAddress server = sender.bind();
  const pid_t child = fork();
  if (child < 0) std::abort();
  if (child == 0) {
    sender.run();
    _exit(0);
  }
  Receiver receiver(server);
  receiver.run_for(warm_up);
  const double before = receiver.bytes(), cpu = process_cpu_seconds();
  const Time from = drive::now();
  receiver.run_for(measured);
  const double seconds = to_seconds(drive::now() - from);
  const double bytes = receiver.bytes() - before, receiving = process_cpu_seconds() - cpu;
  receiver.leave();
  int status = 0;
  waitpid(child, &status, 0);
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const double sending = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
  print({.what = "goodput of two processes",
         .value = bytes * 8 / seconds * 1e-6,
         .unit = "Mbit/s of wall time",
         .note = fmt::format("receiver {:.2f}, sender {:.2f} CPU-s per GB of media", receiving / bytes * 1e9,
                             sending / receiver.bytes() * 1e9)});
}

}  // namespace
}  // namespace avocet::bench

int main() { avocet::bench::measure(); }
