// A listener whose network belongs to the attacker: strangers with addresses that they may not hold, clients
// that mean ill and have their keys, one that does not, and users of the sessions that come of it. It never
// sends an address three times what came from there before that address has answered, comes to rest, and
// keeps to its bounds.

#include <deque>
#include <map>

#include "protocol/session/listener.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "tests/support/hostile_handshake.hpp"

namespace avocet::test {
namespace {

class Fuzz {
 public:
  explicit Fuzz(FuzzInput& input)
      : in_(input), config_(make_config(input.byte())), listener_(config_, credentials(), Entropy::of(2)) {}

  void run() {
    for (int steps = 0; !in_.ended() && steps < 60; ++steps) {
      switch (const unsigned what = in_.byte(); what % 10) {
        case 0: hello(what >> 4); break;
        case 1: rest_of_handshake(what >> 4); break;
        case 2: protected_packet(what >> 4); break;
        case 3: anything(); break;
        case 4: again(); break;
        case 5: honest(); break;
        case 6: call(); break;
        case 7: mute_hello(what >> 4); break;
        default: pass(std::chrono::milliseconds(in_.byte() * (what >> 4)));
      }
      drain();
    }
    pass(config_.session.handshake_timeout + 40s);
    drain();
    pass(40s);
    drain();
    require(listener_.sessions() == 0);  // nobody says anything any more
  }

 private:
  static session::ServerCredentials credentials() {
    static const session::ServerCredentials kept = server_credentials(1);
    return kept;
  }
  static session::ListenerConfig make_config(unsigned how) {
    session::ListenerConfig config;
    config.max_sessions = 6;
    config.max_half_open = how & 1 ? 3 : 6;
    config.half_open_before_retry = how & 2 ? 0 : 2;
    return config;
  }
  static PeerAddress address(unsigned who) {
    return PeerAddress::v4(198, 51, 100, static_cast<std::uint8_t>(who), 1000);
  }
  static constexpr unsigned honest_address = 250, first_mute = 100;

  HostileClient& client(unsigned who) {
    auto& slot = clients_[who % 4];
    if (!slot || in_.byte() % 16 == 0) slot.emplace(10 + 3 * next_client_++);
    return *slot;
  }
  void hello(unsigned who) {
    HostileClient& attacker = client(who);
    if (in_.byte() % 4 == 0) attacker.hello = changed(attacker.hello);
    Bytes packet = attacker.hello_packet();
    if (in_.byte() % 8 == 0) packet.resize(in_.wide() % (packet.size() + 1));
    bring(std::move(packet), who % 4);
  }
  wire::Hello changed(const wire::Hello& from) {
    Generator make(in_.wide());
    wire::Hello out = make.make<wire::Hello>();
    const unsigned keep = in_.byte();
    if (keep & 1) out.versions = from.versions;
    if (keep & 2) out.groups = from.groups, out.share_group = from.share_group, out.share = from.share;
    if (keep & 4) out.signature_algorithms = from.signature_algorithms;
    if (keep & 8) out.cid = from.cid;
    if (keep & 16) out.token = from.token;
    return out;
  }
  /// Its address never hears anything, and so never answers.
  void mute_hello(unsigned who) {
    HostileClient attacker(7000 + who);
    bring(attacker.hello_packet(), first_mute + who % 3);
  }
  void rest_of_handshake(unsigned who) {
    HostileClient& attacker = client(who);
    if (!attacker.ready()) return;
    Generator make(in_.wide());
    const Bytes stream = attacker.say_all(make.make<wire::Parameters>());
    const unsigned from = in_.byte() % 16 == 0 ? 7 : who % 4;
    for (std::size_t at = 0; at < stream.size(); at += 700) {
      bring(attacker.seal_part(at,
                               ByteView(stream).subspan(at, std::min<std::size_t>(700, stream.size() - at))),
            from);
    }
  }
  void protected_packet(unsigned who) {
    HostileClient& attacker = client(who);
    if (!attacker.ready()) return;
    Generator make(in_.wide());
    Bytes frames(1000);
    wire::Writer w(frames);
    for (unsigned count = in_.byte() % 5; count > 0; --count) {
      unsigned n = in_.byte() % 19;
      wire::Frames::for_each([&]<class F>(std::type_identity<F>) {
        if (n-- != 0) return;
        const F frame = make.make<F>();
        if (wire::typed_size(frame) <= w.remaining()) wire::write_typed(w, frame);
      });
    }
    frames.resize(w.size());
    bring(attacker.seal_protected(frames, {protected_++ % 300}), in_.byte() % 4 == 0 ? 9 : who % 4);
  }
  void anything() {
    const ByteView raw = in_.take(in_.byte());
    Bytes packet(raw.begin(), raw.end());
    if (!packet.empty() && in_.byte() % 2 == 0)
      packet[0] = static_cast<std::byte>(0x20 | (in_.byte() & 0x1f));
    if (in_.byte() % 2 == 0) packet.resize(1200);
    bring(std::move(packet), in_.byte() % 4 == 0 ? first_mute : in_.byte() % 5);
  }
  /// A datagram of before, perhaps from elsewhere, perhaps changed.
  void again() {
    if (sent_.empty()) return;
    Bytes packet = sent_[in_.byte() % sent_.size()];
    if (packet.empty()) return;
    if (in_.byte() % 2 == 0) packet[in_.wide() % packet.size()] ^= static_cast<std::byte>(in_.byte());
    bring(std::move(packet), in_.byte() % 3 == 0 ? first_mute + 1 : in_.byte() % 5);
  }
  void honest() {
    if (!honest_) {
      honest_.emplace(session::Session::connect(
          {}, client_credentials(3), PeerAddress::v4(192, 0, 2, 1, 4747), Entropy::of(4), now_, calendar));
    }
    for (auto& [to, datagram] : std::exchange(for_honest_, {})) {
      if (in_.byte() % 8 == 0) continue;  // lost
      honest_->receive(now_, {.from = to, .arrived = now_, .bytes = datagram});
    }
    (void)honest_->write(now_, StreamId{0}, Bytes(in_.byte()));
    run(*honest_, [this](const session::Transmit&, ByteView datagram) {
      bring(Bytes(datagram.begin(), datagram.end()), honest_address);
    });
  }
  void call() {
    const SessionId id{in_.byte() % 12};
    (void)listener_.find(id);
    if (session::Session* session = listener_.touch(id)) {
      switch (in_.byte() % 6) {
        case 0: (void)session->write(now_, StreamId{0}, Bytes(in_.wide() % 20000)); break;
        case 1: session->close(now_, wire::CloseCode::service, "enough"); break;
        case 2: (void)session->open_stream(); break;
        case 3: (void)session->update_keys(now_); break;
        default: (void)session->read(now_, StreamId{0});
      }
    }
    if (in_.byte() == 255) listener_.shut_down(now_, "over");
  }

  void bring(Bytes datagram, unsigned who) {
    if (sent_.size() < 40) sent_.push_back(datagram);
    came_[address(who)] += datagram.size();
    listener_.receive(now_, {.from = address(who), .to = server_, .arrived = now_, .bytes = datagram});
  }
  void pass(Duration span) {
    now_ += span;
    listener_.wake(now_);
  }

  void drain() {
    run(listener_, [this](const session::Transmit& to, ByteView datagram) {
      const unsigned who = to.to.ip[15];
      std::size_t& went = went_[to.to];
      went += datagram.size();
      if (who >= first_mute && who < honest_address) require(went <= 3 * came_[to.to]);  // AV-HS-44
      if (who == honest_address) {
        if (for_honest_.size() < 50)
          for_honest_.emplace_back(server_, Bytes(datagram.begin(), datagram.end()));
      } else if (who < 4 && clients_[who]) {
        HostileClient& attacker = *clients_[who];
        if (const auto retry = attacker.retry_in(datagram)) attacker.hello.token = retry->cookie;
        attacker.hear(datagram);
      }
    });
    require(listener_.sessions() <= config_.max_sessions);
  }
  template <class Thing, class Take>
  void run(Thing& thing, Take take) {
    for (int turns = 0;; ++turns) {
      require(turns < 50'000);
      auto output = thing.poll(now_, room_, 10);
      if (const auto* transmit = std::get_if<session::Transmit>(&output)) {
        for (std::size_t at = 0; at < transmit->size; at += transmit->segment) {
          take(*transmit, ByteView(room_).subspan(at, std::min(transmit->segment, transmit->size - at)));
        }
      } else if (const auto* wake = std::get_if<session::Wake>(&output)) {
        require(!wake->at || *wake->at > now_);
        return;
      }
    }
  }

  FuzzInput& in_;
  session::ListenerConfig config_;
  session::Listener listener_;
  Time now_{1s};
  const PeerAddress server_ = PeerAddress::v4(192, 0, 2, 1, 4747);
  std::array<std::optional<HostileClient>, 4> clients_;
  std::uint64_t next_client_ = 0, protected_ = 0;
  std::optional<session::Session> honest_;
  std::vector<std::pair<PeerAddress, Bytes>> for_honest_;
  std::vector<Bytes> sent_;
  std::map<PeerAddress, std::size_t> came_, went_;
  Bytes room_ = Bytes(32 << 10);
};

}  // namespace
}  // namespace avocet::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  avocet::test::FuzzInput input(data, size);
  avocet::test::Fuzz(input).run();
  return 0;
}
