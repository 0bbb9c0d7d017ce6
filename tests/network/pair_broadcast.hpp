#pragma once

#include <map>
#include <optional>

#include "tests/support/established.hpp"

namespace avocet::test {

/// The server of an established pair sends frames of one video track to its client, 30 each second.
struct PairBroadcast {
  PairBroadcast(const EstablishedPair& pair, const link::LinkConfig& up, const link::LinkConfig& down,
                DataRate rate, std::optional<Duration> deadline_after)
      : world(1),
        latency(deadline_after),
        frame_size(static_cast<std::size_t>((rate * Duration(33'333'333)).bytes())) {
    world.on_client = [this](std::size_t, session::Output& output) {
      on_event(std::get<session::Event>(output), client_closed);
    };
    world.on_server = [this](session::Output& output) {
      on_event(std::get<session::Event>(output), server_closed);
    };
    pair.enter(world, up, down);
    world.server().open_track(track, {});
  }

  Bytes payload(FrameNumber number) const {
    return Bytes(frame_size + number.value % 700, static_cast<std::byte>(number.value));
  }

  void send(std::uint64_t frames) {
    for (std::uint64_t i = 0; i < frames; ++i) {
      media::Frame frame{
          .number = {next++}, .pts = static_cast<std::int64_t>(next) * 33, .key = next % 15 == 0};
      if (latency) frame.capture = to_microseconds(world.now().time_since_epoch());
      frame.payload = std::make_shared<const Bytes>(payload(frame.number));
      sent_at[frame.number] = world.now();
      const auto deadline = latency ? std::optional(world.now() + *latency) : std::nullopt;
      if (world.server().send(world.now(), track, frame, deadline) == session::Admission::accepted)
        ++accepted;
      world.run_for(Duration(33'333'333));
    }
  }

  EstablishedPair::Pair world;
  TrackId track{3};
  std::optional<Duration> latency;
  std::size_t frame_size;
  std::uint64_t next = 0, accepted = 0, wrong = 0, twice = 0;
  std::map<FrameNumber, Time> sent_at, received;
  std::optional<session::Closed> client_closed, server_closed;

 private:
  void on_event(const session::Event& event, std::optional<session::Closed>& closed) {
    if (const auto* end = std::get_if<session::Closed>(&event)) closed = *end;
    const auto* got = std::get_if<session::FrameReceived>(&event);
    if (got == nullptr) return;
    if (!received.emplace(got->frame.number, world.now()).second) ++twice;
    if (*got->frame.payload != payload(got->frame.number)) ++wrong;
  }
};

}  // namespace avocet::test
