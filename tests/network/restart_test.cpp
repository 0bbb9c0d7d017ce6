#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "sim/link/random.hpp"
#include "tests/network/sessions.hpp"

namespace avocet::test {
namespace {

/// Every sealed packet that left, and the key log of all clients: says whether a key sealed two packets with
/// one number, or served two connections.
class NonceCheck {
 public:
  /// `incarnation` of the server, at whichever end.
  void on_datagram(ByteView bytes, bool to_server, std::uint64_t incarnation) {
    const auto kind = wire::packet_kind(bytes);
    if (kind != wire::PacketKind::protected_ && kind != wire::PacketKind::handshake) return;
    wire::Reader reader(bytes);
    wire::SealedHeader header;
    wire::read_fields(reader, header);
    if (reader.ok() && bytes.size() >= wire::sealed_overhead)
      sealed_.push_back({header.destination.value, incarnation, header.kind, to_server, header.number_low});
  }
  /// `LABEL random value`
  void on_key_log(const std::string& line) {
    const std::size_t first = line.find(' '), second = line.rfind(' ');
    const std::string label = line.substr(0, first), random = line.substr(first + 1, second - first - 1),
                      value = line.substr(second + 1);
    if (label == "AVOCET_CONNECTION_ID") {
      const auto [known, fresh] = connections_.emplace(std::stoull(value, nullptr, 16), random);
      if (!fresh && known->second != random) ++shared_;
    } else if (const auto [known, fresh] = secrets_.emplace(value, label + " " + random); !fresh) {
      if (known->second != label + " " + random) ++shared_;
    }
  }

  std::size_t packets() const { return sealed_.size(); }
  std::size_t secrets() const { return secrets_.size(); }
  /// Secrets and ids that two connections, or two directions, had in common.
  std::size_t shared() const { return shared_; }
  /// Packets whose key, as far as the connection, the direction and the kind decide it, had their number
  /// before. An id names both a connection and a direction; numbers go on from key to key and from id to id.
  /// One Hello may be answered by two servers, the dead one and the next, each with handshake keys of its
  /// own.
  std::size_t repeated() const {
    std::set<std::tuple<std::string, bool, std::uint64_t, wire::PacketKind, std::uint32_t>> seen;
    std::size_t repeated = 0;
    for (const Sealed& packet : sealed_) {
      const auto connection = connections_.find(packet.id);
      const bool known = connection != connections_.end();
      const bool handshake = packet.kind == wire::PacketKind::handshake;
      repeated +=
          !seen.emplace(known && !handshake ? connection->second : std::to_string(packet.id),
                        packet.to_server, handshake ? packet.incarnation : 0, packet.kind, packet.number)
               .second;
    }
    return repeated;
  }

 private:
  struct Sealed {
    std::uint64_t id, incarnation;
    wire::PacketKind kind;
    bool to_server;
    std::uint32_t number;
  };
  std::vector<Sealed> sealed_;
  std::map<std::uint64_t, std::string> connections_;
  std::map<std::string, std::string> secrets_;
  std::size_t shared_ = 0;
};

/// A server that is killed and started again, over and over, and viewers who come back each time.
struct Restarts {
  static constexpr std::size_t viewers = 4;

  explicit Restarts(std::uint64_t seed_number)
      : seed(seed_number), random(seed_number), s(seed_number, config()) {
    s.world.on_datagram = [this](const session::Transmit& t, ByteView bytes) {
      check.on_datagram(bytes, t.to == Sessions::World_::server_address, incarnation);
    };
    s.on_client_event = [this](std::size_t i, session::Event& event) { on_client(i, event); };
    s.on_server_event = [this](session::Listener::SessionEvent& told) {
      if (std::holds_alternative<session::Connected>(told.event)) served.push_back(told.session);
      if (const auto* log = std::get_if<session::KeyLog>(&told.event)) check.on_key_log(log->line);
    };
    for (std::size_t i = 0; i < viewers; ++i) {
      frames[i] = 0;
      s.connect(lossy(5ms, 0.01), lossy(5ms, 0.01), viewer_config());
    }
  }

  session::ListenerConfig config() const {
    session::ListenerConfig config;
    config.session.key_log = true;
    config.keys = session::ListenerKeys::make(Entropy::of(seed));  // what a server keeps on its disk
    return config;
  }
  static session::Config viewer_config() {
    session::Config config;
    config.key_log = true;
    config.handshake_timeout = 400ms;  // who was in a handshake with the dead server starts over then
    return config;
  }

  void on_client(std::size_t i, session::Event& event) {
    if (const auto* log = std::get_if<session::KeyLog>(&event)) check.on_key_log(log->line);
    if (std::holds_alternative<session::FrameReceived>(event)) ++frames[i];
    if (std::holds_alternative<session::Closed>(event)) gone.push_back(i);
  }

  /// No goodbye, nothing kept but certificate and reset key: as after kill -9.
  void kill_and_start() {
    ++incarnation;
    served.clear();
    picture.clear();
    s.world.set_server(std::make_unique<session::Listener>(config(), server_credentials(seed * 7),
                                                           Entropy::of(seed * 1'000'000 + incarnation)));
  }

  void run_for(Duration span) {
    run_until([] { return false; }, span);
  }
  bool run_until(const std::function<bool()>& done, Duration limit) {
    for (const Time end = s.world.now() + limit; s.world.now() < end && !done(); s.world.run_for(10ms)) {
      for (const std::size_t i : std::exchange(gone, {})) come_back(i);
      for (const SessionId id : served) send_picture(id);
      if (++slices % 10 == 0) {  // as a play gives credit
        for (std::size_t i = 0; i < viewers; ++i)
          s.world.client(i).write(s.world.now(), StreamId{0}, as_bytes("more"));
      }
      s.server_events.clear();
      for (auto& events : s.client_events) events.clear();
    }
    return done();
  }

  void come_back(std::size_t i) {
    ++attempts;
    s.world.set_client(
        i, std::make_unique<session::Session>(session::Session::connect(
               viewer_config(), client_credentials(seed * 1000 + i), Sessions::World_::server_address,
               Entropy::of(seed * 1'000'000'000 + attempts), s.world.now(), calendar)));
  }

  void send_picture(SessionId id) {
    session::Session* to = s.world.server().touch(id);
    if (to == nullptr) return;
    if (picture[id]++ == 0) to->open_track({1}, {});
    to->send(s.world.now(), {1}, {.number = {picture[id]}, .key = true, .payload = payload},
             s.world.now() + 200ms);
  }

  std::uint64_t seed;
  link::Random random;
  NonceCheck check;
  std::map<std::size_t, std::uint64_t> frames;
  std::vector<std::size_t> gone;
  std::vector<SessionId> served;
  std::map<SessionId, std::uint64_t> picture;
  std::uint64_t incarnation = 0, attempts = 0, slices = 0;
  std::shared_ptr<const Bytes> payload = std::make_shared<const Bytes>(2000);
  Sessions s;
};

/// AVOCET_RESTART_SEED=n runs another seed.
std::uint64_t chosen_seed() {
  const char* text = std::getenv("AVOCET_RESTART_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

// AV-PKT-6, AV-KEY-7, AV-RST-4
TEST(Restart, AThousandKillsUnderLoadRepeatNoNonceAndAllViewersComeBack) {
  const std::uint64_t seed = chosen_seed();
  SCOPED_TRACE("replay: AVOCET_RESTART_SEED=" + std::to_string(seed) +
               " test_network --gtest_filter=Restart.AThousand*");
  Restarts r(seed);
  r.run_for(300ms);
  Duration longest{};
  for (int kill = 0; kill < 1000; ++kill) {
    const auto before = r.frames;
    r.kill_and_start();
    // Mostly it dies again before everybody is back, also in the middle of handshakes.
    if (kill % 4 != 3) {
      r.run_for(std::chrono::milliseconds(20 + r.random.below(200)));
      continue;
    }
    const Time killed = r.s.world.now();
    const auto is_back = [&](const auto& entry) { return entry.second > before.at(entry.first); };
    ASSERT_TRUE(r.run_until([&] { return std::ranges::all_of(r.frames, is_back); }, 3s))
        << "after kill " << kill;
    longest = std::max(longest, r.s.world.now() - killed);
  }
  EXPECT_EQ(r.check.shared(), 0u);
  EXPECT_EQ(r.check.repeated(), 0u);
  std::printf("1000 restarts: %zu sealed packets, %zu secrets, %llu connections; all back within %.2f s\n",
              r.check.packets(), r.check.secrets(),
              static_cast<unsigned long long>(r.attempts + Restarts::viewers), to_seconds(longest));
}

TEST(Restart, TheCheckSeesARepeatedNumberAndASharedSecret) {
  NonceCheck check;
  Bytes packet = wire::encode(wire::SealedHeader{.destination = {7}, .number_low = 5});
  packet.resize(100);
  check.on_datagram(packet, true, 1);
  EXPECT_EQ(check.repeated(), 0u);
  check.on_datagram(packet, true, 1);
  EXPECT_EQ(check.repeated(), 1u);
  check.on_key_log("AVOCET_CLIENT_TRAFFIC_SECRET_0 aa 11");
  check.on_key_log("AVOCET_CLIENT_TRAFFIC_SECRET_0 aa 11");
  EXPECT_EQ(check.shared(), 0u);
  check.on_key_log("AVOCET_CLIENT_TRAFFIC_SECRET_0 bb 11");
  EXPECT_EQ(check.shared(), 1u);
}

}  // namespace
}  // namespace avocet::test
