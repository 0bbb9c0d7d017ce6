// The handshake with a peer that has its keys: whatever the input has it say is signed, finished and sealed
// as it should be, and so reaches the state machine. Bit 0 of the first byte chooses who is attacked: a
// listener, or a client's session. An end that opens has been told four messages in their order, each whole
// and right.

#include "protocol/session/listener.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "tests/support/hostile_handshake.hpp"

namespace avocet::test {
namespace {

/// The attacker's stream: messages as the input spells them.
class Script {
 public:
  explicit Script(FuzzInput& input) : in_(input), make_(input.wide()) {}

  template <class Attacker>
  void add(Attacker& attacker) {
    const unsigned what = in_.byte(), kind = what % 8;
    Bytes message;
    switch (kind) {
      case 0: message = attacker.say_parameters(make_.make<wire::Parameters>()); break;
      case 1: message = attacker.say_identity(); break;
      case 2: message = attacker.say_verify(); break;
      case 3: message = attacker.say_finished(); break;
      case 4: message = any(attacker); break;
      case 5: message = attacker.say(make_.make<wire::ClientIdentity>()); break;
      case 6: message = attacker.say(make_.make<wire::ServerIdentity>()); break;
      default: {
        const ByteView raw = in_.take(in_.byte());
        message.assign(raw.begin(), raw.end());
      }
    }
    const Bytes meant = message;
    for (unsigned edits = what >> 3 & 3; edits > 0 && what >= 0x80 && !message.empty(); --edits) {
      message[in_.wide() % message.size()] ^= static_cast<std::byte>(in_.byte() | 1);
    }
    stream.insert(stream.end(), message.begin(), message.end());
    if (message.empty()) return;
    if (kind == right_ && message == meant && !wrong_) {
      ++right_;
    } else {
      wrong_ = true;
    }
  }
  /// It begins with the four messages as they should be.
  bool begins_right() const { return right_ == 4; }
  /// And there is nothing else.
  bool is_right() const { return right_ == 4 && !wrong_; }

  Bytes stream;

 private:
  template <class Attacker>
  Bytes any(Attacker& attacker) {
    Bytes out;
    unsigned n = in_.byte() % 9;
    wire::HandshakeMessages::for_each([&]<class M>(std::type_identity<M>) {
      if (n-- == 0 && !std::is_same_v<M, wire::Parameters>) out = attacker.say(make_.make<M>());
    });
    return out;
  }

  FuzzInput& in_;
  Generator make_;
  unsigned right_ = 0;
  bool wrong_ = false;
};

/// The stream in packets: pieces in any order, twice, elsewhere, among other frames.
template <class Attacker, class Bring>
bool send(FuzzInput& in, Attacker& attacker, const Bytes& stream, Bring bring) {
  bool plain = true;
  std::size_t at = 0;
  Generator make(in.wide());
  while (at < stream.size()) {
    const unsigned how = in.byte();
    const std::size_t size = std::min<std::size_t>(stream.size() - at, how % 8 == 0 ? 1 + in.byte() : 1100);
    const ByteView part = ByteView(stream).subspan(at, size);
    if (how % 8 == 1) {
      bring(attacker.seal_part(in.wide(), part));  // somewhere else first: a contradiction, or a gap
      plain = false;
    }
    if (how % 8 == 2) {
      Bytes frames(300);
      wire::Writer w(frames);
      unsigned n = in.byte() % 19;
      wire::Frames::for_each([&]<class F>(std::type_identity<F>) {
        if (n-- != 0) return;
        const F frame = make.make<F>();
        if (wire::typed_size(frame) <= w.remaining()) wire::write_typed(w, frame);
      });
      frames.resize(w.size());
      bring(attacker.seal(frames));
      plain = false;
    }
    bring(attacker.seal_part(at, part));
    if (how % 8 == 3) bring(attacker.seal_part(at, part));
    at += size;
  }
  return plain;
}

class Fuzz {
 public:
  explicit Fuzz(FuzzInput& input) : in_(input) {}

  void attack_listener() {
    session::Listener listener({}, server_credentials(1), Entropy::of(2));
    HostileClient client(3);
    const auto bring = [&](Bytes datagram) {
      listener.receive(now_, {.from = client_address, .arrived = now_, .bytes = datagram});
      drain(listener, [&](ByteView answer) { client.hear(answer); });
    };
    bring(client.hello_packet());
    require(client.ready());
    Script script(in_);
    for (unsigned n = 1 + in_.byte() % 6; n > 0; --n) script.add(client);
    const bool plain = send(in_, client, script.stream, bring);
    bring(client.seal_protected(frames_of(wire::Ping{}), {in_.byte()}));
    judge(script, plain);
    finish(listener);
  }

  void attack_client() {
    auto session =
        session::Session::connect({}, client_credentials(4), server_address, Entropy::of(5), now_, calendar);
    HostileServer server(6);
    Bytes hello;
    drain(session, [&](ByteView datagram) { hello.assign(datagram.begin(), datagram.end()); });
    const auto bring = [&](Bytes datagram) {
      session.receive(now_, {.from = server_address, .arrived = now_, .bytes = datagram});
      drain(session, [](ByteView) {});
    };
    bring(server.answer(hello));
    Script script(in_);
    for (unsigned n = 1 + in_.byte() % 6; n > 0; --n) script.add(server);
    const bool plain = send(in_, server, script.stream, bring);
    judge(script, plain);
    finish(session);
  }

 private:
  void judge(const Script& script, bool plain) const {
    if (opened_) require(script.begins_right());
    if (plain && script.is_right()) require(opened_);
  }

  template <class Thing, class Hear>
  void drain(Thing& thing, Hear hear) {
    for (;;) {
      auto output = thing.poll(now_, room_, 40);
      if (const auto* transmit = std::get_if<session::Transmit>(&output)) {
        for (std::size_t at = 0; at < transmit->size; at += transmit->segment) {
          hear(ByteView(room_).subspan(at, std::min(transmit->segment, transmit->size - at)));
        }
      } else if (std::holds_alternative<session::Wake>(output)) {
        return;
      } else if constexpr (std::is_same_v<Thing, session::Listener>) {
        if (const auto* told = std::get_if<session::Listener::SessionEvent>(&output)) note(told->event);
      } else {
        note(std::get<session::Event>(output));
      }
    }
  }
  void note(const session::Event& event) { opened_ |= std::holds_alternative<session::Connected>(event); }

  template <class Thing>
  void finish(Thing& thing) {
    for (int i = 0; i < 30; ++i) {
      now_ += 1s;
      thing.wake(now_);
      drain(thing, [](ByteView) {});
    }
  }

  static constexpr PeerAddress client_address = PeerAddress::v4(198, 51, 100, 1, 1000),
                               server_address = PeerAddress::v4(192, 0, 2, 1, 4747);
  FuzzInput& in_;
  Time now_{1s};
  Bytes room_ = Bytes(64 << 10);
  bool opened_ = false;
};

}  // namespace
}  // namespace avocet::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  avocet::test::FuzzInput input(data, size);
  const bool listener = input.byte() % 2 == 0;
  avocet::test::Fuzz fuzz(input);
  listener ? fuzz.attack_listener() : fuzz.attack_client();
  return 0;
}
