// Two sessions with their handshake behind them, a network that does to their datagrams what the input says,
// users of both who call what it says, and an attacker who has their keys and puts in frames of its own:
// arbitrary bytes, and frames made from the wire's declaration. Nothing may crash, wakes lie ahead, and what
// is held stays within its bounds.

#include <deque>

#include "tests/fuzz/fuzz_input.hpp"
#include "tests/support/attacker.hpp"

namespace avocet::test {
namespace {

struct End {
  End(session::Session s, PacketMaker k, ConnectionId to, PacketNumber first)
      : session(std::move(s)), keys(std::move(k)), destination(to), number(first) {}
  session::Session session;
  PacketMaker keys;  // of what it receives
  ConnectionId destination;
  PacketNumber number;  // of the attacker's next packet to it
  std::deque<Bytes> inbox;
  std::uint64_t media = 0;
};

class Fuzz {
 public:
  explicit Fuzz(FuzzInput& input) : in_(input), context_(std::make_shared<crypto::Context>(Entropy::of(9))) {
    session::Config config;
    config.max_data = 64 << 10;
    config.max_stream_data = 32 << 10;
    config.max_send_buffer = 64 << 10;
    config.max_media_queue = 1 << 20;
    config.max_media_pending = 256 << 10;
    const unsigned age = in_.byte() % 4;
    const std::uint64_t first = age == 0   ? 0
                                : age == 1 ? (1ull << 32) - 20
                                : age == 2 ? (1ull << 62) - 1060
                                           : 77;
    const EstablishedPair pair(5, config, {first}, {first});
    ends_.emplace_back(pair.make_client(now_), PacketMaker(context_, pair.client.traffic.server),
                       pair.client.own_id, PacketNumber{first + 200});
    ends_.emplace_back(pair.make_server(now_), PacketMaker(context_, pair.client.traffic.client),
                       pair.server.own_id, PacketNumber{first + 200});
  }

  void run() {
    drain();
    for (int steps = 0; !in_.ended() && steps < 400; ++steps) {
      const unsigned what = in_.byte();
      End& end = ends_[what & 1];
      switch (what >> 1 & 7) {
        case 0: network(end); break;
        case 1: deliver(end); break;
        case 2: inject(end, Bytes(in_.byte() * 5, std::byte{0}), true); break;
        case 3: inject(end, {}, false); break;
        case 4: call(end); break;
        case 5: media(end); break;
        case 6: pass(std::chrono::microseconds(in_.wide())); break;
        default: deliver_all(); break;
      }
      drain();
    }
    pass(60s);
    drain();
  }

 private:
  void deliver(End& end) {
    if (end.inbox.empty()) return;
    Bytes datagram = std::move(end.inbox.front());
    end.inbox.pop_front();
    receive(end, std::move(datagram), in_.byte());
  }
  void deliver_all() {
    for (int rounds = 0; rounds < 20 && !(ends_[0].inbox.empty() && ends_[1].inbox.empty()); ++rounds) {
      for (End& end : ends_) {
        while (!end.inbox.empty()) {
          Bytes datagram = std::move(end.inbox.front());
          end.inbox.pop_front();
          receive(end, std::move(datagram), 0);
        }
      }
      now_ += 5ms;
      drain();
    }
  }
  /// Loses, repeats, reorders, changes, shortens.
  void network(End& end) {
    if (end.inbox.empty()) return;
    const std::size_t which = in_.byte() % end.inbox.size();
    Bytes& datagram = end.inbox[which];
    switch (in_.byte() % 5) {
      case 0: end.inbox.erase(end.inbox.begin() + static_cast<std::ptrdiff_t>(which)); break;
      case 1: end.inbox.push_back(Bytes(datagram)); break;
      case 2: std::swap(end.inbox.front(), datagram); break;
      case 3: datagram[in_.wide() % datagram.size()] ^= static_cast<std::byte>(in_.byte() | 1); break;
      default: datagram.resize(1 + in_.wide() % datagram.size()); break;
    }
  }
  void receive(End& end, Bytes datagram, unsigned how) {
    const auto from = how % 8 == 7        ? PeerAddress::v4(203, 0, 113, 7, static_cast<std::uint16_t>(how))
                      : &end == &ends_[0] ? EstablishedPair::Pair::server_address
                                          : EstablishedPair::Pair::client_address(0);
    const auto ecn = static_cast<Ecn>(how >> 3 & 3);
    end.session.receive(now_, {.from = from, .ecn = ecn, .arrived = now_, .bytes = datagram});
    check_bounds(end);
  }

  /// A packet of the attacker's: frames of the declared types, or bytes.
  void inject(End& end, Bytes frames, bool generated) {
    if (generated) {
      Generator make(in_.wide());
      wire::Writer w(frames);
      unsigned kind = in_.byte() % 32;
      for (int n = 0; n < 8; ++n, kind = (kind + in_.byte()) % 32) add(w, make, kind);
      frames.resize(w.size());
    } else {
      const ByteView raw = in_.take(in_.byte());
      frames.assign(raw.begin(), raw.end());
    }
    const unsigned header = in_.byte();
    if (header % 16 == 1) end.number.value += in_.wide();
    if (header % 16 == 2) end.number.value -= std::min<std::uint64_t>(end.number.value, in_.byte());
    Bytes packet = end.keys.seal(frames,
                                 {.key_phase = header % 32 == 3 || header % 32 == 4,
                                  .spin = header % 64 == 5,
                                  .destination = end.destination},
                                 end.number, header % 32 == 3 ? 1 : 0);
    ++end.number;
    if (!packet.empty()) receive(end, std::move(packet), 0);
  }
  void add(wire::Writer& w, Generator& make, unsigned kind) {
    unsigned n = 0;
    wire::Frames::for_each([&]<class F>(std::type_identity<F>) {
      if (n++ != kind || (std::is_same_v<F, wire::Close> && in_.byte() != 0)) return;
      F frame = make.make<F>();
      tame(frame);
      if (wire::typed_size(frame) <= w.remaining()) wire::write_typed(w, frame);
    });
  }
  /// Numbers near those in use, so that what is made gets past the first check.
  void tame(auto& frame) {
    using F = std::remove_cvref_t<decltype(frame)>;
    const unsigned how = in_.byte();
    if (how % 4 == 0) return;
    if constexpr (std::is_same_v<F, wire::Stream>) frame.id.value %= 6, frame.offset %= 40000;
    if constexpr (std::is_same_v<F, wire::ResetStream>) frame.id.value %= 6, frame.final_size %= 40000;
    if constexpr (std::is_same_v<F, wire::Media>) {
      frame.track.value %= 4, frame.fragment.value %= 3000;
      frame.index =
          static_cast<std::uint16_t>(std::min<std::uint64_t>(frame.index % 64, frame.fragment.value));
    }
    if constexpr (std::is_same_v<F, wire::Parity>) frame.track.value %= 4, frame.first.value %= 3000;
    if constexpr (std::is_same_v<F, wire::Ack>) {
      frame = wire::Ack{.largest = {in_.byte()}, .first_run = 0};
      frame.first_run = in_.byte() % (frame.largest.value + 1);
    }
    if constexpr (std::is_same_v<F, wire::NewId>) {
      frame.sequence %= 10;
      frame.retire_before = std::min(frame.retire_before % 10, frame.sequence);
    }
    if constexpr (std::is_same_v<F, wire::RetireId>) frame.sequence %= 6;
  }

  void call(End& end) {
    session::Session& s = end.session;
    const StreamId stream{in_.byte() % 8};
    switch (in_.byte() % 10) {
      case 0: (void)s.open_stream(); break;
      case 1: (void)s.write(now_, stream, Bytes(in_.wide() % 30000, std::byte{1}), in_.byte() == 1); break;
      case 2: (void)s.read(now_, stream); break;
      case 3: s.reset(now_, stream, in_.byte()); break;
      case 4: s.set_ceiling(DataRate::kbps(1.0 + 100.0 * in_.byte())); break;
      case 5: s.ignore_track({in_.byte() % 4}); break;
      case 6: s.set_weight(in_.byte() / 16.0); break;
      case 7:
        if (in_.byte() % 16 == 0) s.close(now_, wire::CloseCode::service, "enough");
        break;
      default: (void)s.read(now_, StreamId{0}); break;
    }
  }
  void media(End& end) {
    session::Session& s = end.session;
    const TrackId track{in_.byte() % 4};
    switch (in_.byte() % 6) {
      case 0: s.open_track(track, {.duplicate = in_.byte() % 2 == 1}); break;
      case 1: s.close_track(track); break;
      case 2: s.cancel(track, FrameNumber{in_.byte()}); break;
      default: {
        const media::Frame frame{.number = FrameNumber{end.media++},
                                 .key = in_.byte() % 4 == 0,
                                 .payload = std::make_shared<Bytes>(in_.wide() % 20000, std::byte{2})};
        (void)s.send(now_, track, frame, in_.byte() % 2 == 0 ? std::optional(now_ + 200ms) : std::nullopt);
      }
    }
    (void)s.first_undelivered(track, FrameNumber{0});
    (void)s.bytes_unsent(track);
  }

  void pass(Duration span) {
    now_ += span;
    for (End& end : ends_) end.session.wake(now_);
  }

  void drain() {
    for (std::size_t i = 0; i < 2; ++i) {
      End& end = ends_[i];
      for (int turns = 0;; ++turns) {
        require(turns < 100'000);  // a session that never comes to rest
        auto output = end.session.poll(now_, room_, 10);
        if (const auto* transmit = std::get_if<session::Transmit>(&output)) {
          require(transmit->size > 0 && transmit->segment > 0 && transmit->size <= room_.size());
          for (std::size_t at = 0; at < transmit->size; at += transmit->segment) {
            const auto part = ByteView(room_).subspan(at, std::min(transmit->segment, transmit->size - at));
            if (ends_[1 - i].inbox.size() < 200) ends_[1 - i].inbox.emplace_back(part.begin(), part.end());
          }
        } else if (const auto* wake = std::get_if<session::Wake>(&output)) {
          require(!wake->at || *wake->at > now_);
          break;
        }
      }
      check_bounds(end);
    }
  }
  void check_bounds(const End& end) {
    const session::Stats stats = end.session.stats();
    require(stats.reassembly_bytes_held <= 256 << 10);
    require(stats.media_bytes_held <= 1 << 20);
    require(stats.stream_bytes_held <= 2 * (64 << 10));
  }

  FuzzInput& in_;
  std::shared_ptr<crypto::Context> context_;
  Time now_{1s};
  std::deque<End> ends_;
  Bytes room_ = Bytes(32 << 10);
};

}  // namespace
}  // namespace avocet::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  avocet::test::FuzzInput input(data, size);
  avocet::test::Fuzz(input).run();
  return 0;
}
