// What a server pays for those who do nothing, and for those who only pretend to connect: 10,000 idle
// connections, and 50,000 Hellos a second from forged addresses beside four viewers. On a virtual clock.

#include <fmt/format.h>

#include <functional>

#include "protocol/service/server.hpp"
#include "protocol/session/listener.hpp"
#include "protocol/wire/codec.hpp"
#include "protocol/wire/packets.hpp"
#include "tests/bench/crowd.hpp"
#include "tests/bench/report.hpp"

namespace avocet::bench {
namespace {

constexpr double kibibyte = 1024, mebibyte = 1024 * 1024;

void measure_idle() {
  constexpr std::size_t count = 10'000, at_once = 50;
  constexpr auto idle_for = 60s;
  service::Server server({}, test::server_credentials(1), Entropy::of(2), test::calendar);
  Crowd<service::Server> crowd(server);
  const auto credentials = test::client_credentials(3);
  for (std::size_t i = 0; i < count; i += at_once) {
    crowd.connect(at_once, credentials);
    crowd.advance(1ms);
  }
  for (Duration t{}; t < 20s; t += 50ms) crowd.advance(50ms);
  const double cpu = crowd.server_cpu();
  for (Duration t{}; t < idle_for; t += 50ms) crowd.advance(50ms);
  const std::string how = fmt::format("{} of {} connected", crowd.connected(), count);
  print({.what = "memory of an idle connection (10,000)",
         .value = static_cast<double>(crowd.server_heap()) / count / kibibyte,
         .unit = "KiB",
         .target = Target{16},
         .note = how});
  print({.what = "CPU of 10,000 idle connections",
         .value = (crowd.server_cpu() - cpu) / to_seconds(idle_for) * 1e3,
         .unit = "ms/s",
         .note = "a ping and its answer each 10 s"});
}

/// Hellos that a client might have sent, each of another address and attempt.
class Forger {
 public:
  Forger() {
    auto client =
        session::Session::connect({}, test::client_credentials(9), PeerAddress::v4(192, 0, 2, 1, 4747),
                                  Entropy::of(10), Time(1s), test::calendar);
    Bytes room(2048);
    const auto sent = std::get<session::Transmit>(client.poll(Time(1s), room, 1));
    size_ = sent.size;
    const auto packet = *wire::decode<wire::ClearPacket>(ByteView(room).first(size_));
    hello_ = *wire::decode<wire::Hello>(packet.body);
  }

  Bytes next() {
    hello_.cid = {random_.u64()};
    random_.fill(hello_.random);
    const Bytes body = wire::encode(hello_);
    wire::ClearPacket packet{.kind = wire::PacketKind::hello, .body = body};
    packet.padding = size_ - wire::clear_header_size - body.size();
    return wire::encode(packet);
  }
  PeerAddress address() {
    const std::uint64_t r = random_.u64();
    const auto byte = [&](int i) { return static_cast<std::uint8_t>(r >> (8 * i)); };
    return PeerAddress::v4(203, byte(0), byte(1), byte(2),
                           static_cast<std::uint16_t>(1024 + (r >> 32) % 60'000));
  }

 private:
  crypto::Random random_{Entropy::of(11)};
  wire::Hello hello_;
  std::size_t size_ = 0;
};

void measure_flood() {
  constexpr std::size_t viewers = 4, per_millisecond = 50;
  constexpr auto lasts = 10s;
  constexpr TrackId video{1};
  // Enough for the viewers from the start: a path without delay teaches the rate controller nothing.
  session::Listener listener({.session = {.initial_rate = DataRate::mbps(10)}}, test::server_credentials(1),
                             Entropy::of(2));
  Crowd<session::Listener> crowd(listener);
  std::vector<SessionId> sessions;
  crowd.set_hear([&](session::Listener::Output& output, Time) {
    const auto& told = std::get<session::Listener::SessionEvent>(output);
    if (!std::holds_alternative<session::Connected>(told.event)) return;
    sessions.push_back(told.session);
    listener.touch(told.session)->open_track(video, {});
  });
  crowd.connect(viewers, test::client_credentials(3));
  const auto payload = std::make_shared<Bytes>(10'000);
  Forger forger;
  std::uint64_t frames = 0, bytes_in = 0;
  const double cpu = crowd.server_cpu();
  const auto heap = static_cast<std::int64_t>(heap_in_use());
  std::int64_t most = 0;
  for (Duration t{}; t < lasts + 1s; t += 1ms) {
    for (std::size_t i = 0; i < per_millisecond && t < lasts; ++i) {
      Bytes hello = forger.next();
      bytes_in += hello.size();
      crowd.inject(forger.address(), std::move(hello));
    }
    if (t.count() % 33'000'000 == 0 && t < lasts) {
      crowd.call([&](session::Listener&) {
        for (SessionId id : sessions) {
          const media::Frame frame{.number = FrameNumber{frames},
                                   .capture = to_microseconds(crowd.now().time_since_epoch()),
                                   .payload = payload};
          listener.touch(id)->send(crowd.now(), video, frame, crowd.now() + 150ms);
        }
      });
      ++frames;
    }
    crowd.advance(1ms);
    most = std::max(most, static_cast<std::int64_t>(heap_in_use()) - heap);
  }
  const double out = static_cast<double>(crowd.bytes_to_strangers()), in = static_cast<double>(bytes_in);
  print({.what = "flood of 50,000 forged Hellos/s for 10 s, bytes out",
         .value = out / mebibyte,
         .unit = "MiB",
         .limit = Limit{"bytes in", in / mebibyte},
         .target = Target{1, true, true}});
  print({.what = "flood, memory added",
         .value = static_cast<double>(most) / mebibyte,
         .unit = "MiB",
         .target = Target{32}});
  print({.what = "flood, CPU",
         .value = (crowd.server_cpu() - cpu) / to_seconds(lasts),
         .unit = "cores",
         .target = Target{1}});
  const auto expected = static_cast<double>(frames * viewers);
  print({.what = "flood, frames that four viewers lost",
         .value = expected - static_cast<double>(crowd.frames_received()),
         .unit = "",
         .target = Target{0},
         .note = fmt::format("of {:.0f}", expected)});
}

}  // namespace
}  // namespace avocet::bench

int main() {
  avocet::bench::measure_idle();
  avocet::bench::measure_flood();
}
