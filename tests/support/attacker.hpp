#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "protocol/base/packet_number.hpp"
#include "protocol/crypto/aead.hpp"
#include "tests/support/established.hpp"
#include "tests/support/generate.hpp"

namespace avocet::test {

/// Frames one after the other, as a packet holds them.
template <wire::Declared... Frame>
Bytes frames_of(const Frame&... frame) {
  Bytes out((wire::typed_size(frame) + ... + 0));
  wire::Writer w(out);
  (wire::write_typed(w, frame), ...);
  return out;
}

/// Seals and opens packets outside of any session, with any number, phase and contents: keys that have fallen
/// into the wrong hands.
class PacketMaker {
 public:
  PacketMaker(std::shared_ptr<crypto::Context> context, const crypto::ScheduleSecret& secret)
      : context_(std::move(context)), secrets_{secret} {}

  Bytes seal(ByteView frames, wire::SealedHeader header, PacketNumber number, unsigned generation = 0) {
    header.number_low = static_cast<std::uint32_t>(number.value);
    Bytes packet(frames.size() + wire::sealed_overhead);
    wire::Writer w(packet);
    wire::write_fields(w, header);
    std::ranges::copy(frames, packet.begin() + wire::sealed_header_size);
    // A new sealer for each packet, for one refuses to use a number again.
    crypto::Sealer sealer(*context_, crypto::packet_key(*context_, secret(generation)));
    if (!sealer.seal(number, w.written(), ByteSpan(packet).subspan(wire::sealed_header_size))) return {};
    return packet;
  }

  struct Opened {
    wire::SealedHeader header;
    PacketNumber number;
    Bytes frames;
  };
  /// With any of the first generations.
  std::optional<Opened> open(ByteView packet, PacketNumber expected) {
    wire::Reader reader(packet);
    Opened out;
    wire::read_fields(reader, out.header);
    if (!reader.ok()) return std::nullopt;
    out.number = expand(out.header.number_low, expected);
    for (unsigned generation = 0; generation < 4; ++generation) {
      crypto::Opener opener(*context_, crypto::packet_key(*context_, secret(generation)));
      Bytes body(packet.begin() + wire::sealed_header_size, packet.end());
      const auto plain = opener.open(out.number, packet.first(wire::sealed_header_size), body);
      if (!plain) continue;
      out.frames.assign(plain->begin(), plain->end());
      return out;
    }
    return std::nullopt;
  }

 private:
  const crypto::ScheduleSecret& secret(unsigned generation) {
    while (secrets_.size() <= generation) {
      secrets_.push_back(crypto::next_generation(*context_, secrets_.back()));
    }
    return secrets_[generation];
  }

  std::shared_ptr<crypto::Context> context_;
  std::vector<crypto::ScheduleSecret> secrets_;
};

/// A session whose peer is the test: it seals whatever it likes, and reads what comes back. Time is virtual.
class Victim {
 public:
  struct Setup {
    session::Role role = session::Role::server;
    session::Config config{};
    PacketNumber its_first{}, our_first{};
    std::function<void(wire::Parameters&)> our_parameters = [](wire::Parameters&) {};
    std::uint64_t seed = 1;
  };
  Victim() : Victim(Setup{}) {}
  explicit Victim(const Setup& setup)
      : context_(std::make_shared<crypto::Context>(Entropy::of(setup.seed))),
        outcome_(outcome_of(setup)),
        ours(context_,
             setup.role == session::Role::server ? outcome_.traffic.client : outcome_.traffic.server),
        theirs(context_,
               setup.role == session::Role::server ? outcome_.traffic.server : outcome_.traffic.client),
        next(setup.our_first),
        expected(setup.its_first),
        session(session::Session::established(setup.config, context_, setup.role, outcome_,
                                              Entropy::of(setup.seed + 1), now)) {
    drain();
  }

  /// Seals these frames into the next packet and brings it.
  template <wire::Declared... Frame>
  void say(const Frame&... frame) {
    say_raw(frames_of(frame...));
  }
  void say_raw(ByteView frames) { bring(sealed(frames, next)), ++next; }
  Bytes sealed(ByteView frames, PacketNumber number) {
    return ours.seal(frames, {.destination = outcome_.own_id}, number);
  }
  /// Brings a datagram as it is.
  void bring(Bytes datagram) { bring(std::move(datagram), outcome_.peer); }
  void bring(Bytes datagram, PeerAddress from) {
    session.receive(now, {.from = from, .to = outcome_.local, .arrived = now, .bytes = datagram});
    drain();
  }

  /// Time passes, and every timer fires.
  void wait(Duration span) {
    const Time end = now + span;
    while (wake && *wake <= end && !closed) {
      now = std::max(now, *wake);
      session.wake(now);
      drain();
    }
    now = end;
    session.wake(now);
    drain();
  }

  /// Everything that waits comes out.
  void drain() {
    for (;;) {
      auto output = session.poll(now, room_, 40);
      if (const auto* transmit = std::get_if<session::Transmit>(&output)) {
        take(*transmit);
      } else if (auto* event = std::get_if<session::Event>(&output)) {
        if (const auto* end = std::get_if<session::Closed>(event)) closed = *end;
        if (on_event) on_event(*event);
        if (keep_events) events.push_back(std::move(*event));
        if (events.size() > 1000) events.erase(events.begin(), events.begin() + 500);
      } else {
        wake = std::get<session::Wake>(output).at;
        return;
      }
    }
  }

  /// The code that it closes with; nothing while it is open.
  std::optional<wire::CloseCode> verdict() {
    for (int i = 0; i < 10 && said_close && !closed; ++i) wait(1s);
    if (said_close) return static_cast<wire::CloseCode>(*said_close);
    return closed ? std::optional(closed->code) : std::nullopt;
  }
  template <class Event>
  std::size_t count() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        events, [](const session::Event& event) { return std::holds_alternative<Event>(event); }));
  }
  ConnectionId its_id() const { return outcome_.own_id; }

 private:
  std::shared_ptr<crypto::Context> context_;
  session::Established outcome_;
  Bytes room_ = Bytes(64 << 10);

 public:
  PacketMaker ours, theirs;
  Time now{1s};
  PacketNumber next;      ///< of our next packet
  PacketNumber expected;  ///< of its next one
  std::optional<Time> wake;
  std::vector<session::Event> events;  ///< the latest
  bool keep_events = true;
  std::optional<session::Closed> closed;
  std::optional<std::uint64_t> said_close;  ///< the code of its CLOSE
  std::uint64_t datagrams = 0, bytes = 0;   ///< that it has sent
  std::function<void(const session::Event&)> on_event;
  std::function<void(const PacketMaker::Opened&)> on_packet;
  session::Session session;

 private:
  static session::Established outcome_of(const Setup& setup) {
    const EstablishedPair pair(setup.seed, setup.config);
    session::Established outcome = setup.role == session::Role::server ? pair.server : pair.client;
    outcome.first_sent = setup.its_first;
    outcome.first_received = setup.our_first;
    constexpr std::array<std::byte, 16> token{};
    outcome.peer_parameters = session::parameters_of({}, token);
    setup.our_parameters(outcome.peer_parameters);
    return outcome;
  }

  void take(const session::Transmit& transmit) {
    for (std::size_t at = 0; at < transmit.size; at += transmit.segment) {
      const ByteView datagram = ByteView(room_).subspan(at, std::min(transmit.segment, transmit.size - at));
      ++datagrams, bytes += datagram.size();
      const auto opened = theirs.open(datagram, expected);
      if (!opened) continue;
      expected = std::max(expected, PacketNumber{opened->number.value + 1});
      wire::read_all<wire::Frames>(opened->frames, [this]<class F>(const F& frame) {
        if constexpr (std::is_same_v<F, wire::Close>) said_close = frame.code;
      });
      if (on_packet) on_packet(*opened);
    }
  }
};

}  // namespace avocet::test
