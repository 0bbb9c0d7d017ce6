#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdio>

#include "analysis/playback/packet_opening.hpp"
#include "protocol/wire/service.hpp"

/// What opened connections hold: the analyzer promises 64 KB for each, beside 64 MB for the program.
namespace avocet::analysis {
namespace {

/// Live plays side by side, of 2.5 Mbit/s each: packets are lost for good, so that frames stay incomplete,
/// and messages and switches never end.
class Crowd {
 public:
  explicit Crowd(std::size_t viewers) {
    for (std::size_t i = 0; i < viewers; ++i) {
      Connection& c = connections_.emplace_back();
      c.index = 100 + i;  // as ConnectionTable begins those that it has no details of
      c.up.timeline.coarsen(128), c.down.timeline.coarsen(128);
      c.hello = now_;
      wire::Track video{.id = {1}, .rendition = "720p"}, sound{.id = {2}, .kind = wire::TrackKind::audio};
      control(connections_.back(), Side::client, wire::Play{.play = {1}, .title = "live", .latency = 500ms});
      wire::Tracks tracks{.play = {1}, .live = true, .first = {1}};
      tracks.tracks = {video, sound};
      control(connections_.back(), Side::server, tracks);
    }
  }
  void play(Duration length) {
    const Time end = now_ + length;
    for (; now_ < end; now_ += 40ms) {
      for (Connection& c : connections_) tick(c);
    }
  }
  void close() {
    for (Connection& c : connections_) packet(c, Side::client, wire::Close{.reason = "enough"});
    now_ += 4s;
    tick(connections_.front());
  }

 private:
  struct State {
    std::uint64_t offsets[2] = {}, packets[2] = {}, frame = 0, fragment = 0, acknowledged = 0;
  };

  void tick(Connection& c) {
    State& s = states_[c.index];
    constexpr std::uint16_t fragments = 10;
    const wire::FrameHead head{.number = {s.frame},
                               .fragments = fragments,
                               .size = 1100 * (fragments - 1),
                               .pts = static_cast<std::int64_t>(40 * s.frame),
                               .duration = 40,
                               .capture = static_cast<std::int64_t>(40'000 * s.frame),
                               .key = s.frame % 50 == 0};
    const Bytes first = wire::encode(head), other(1100);
    for (std::uint16_t i = 0; i < fragments; ++i) {
      const wire::Media media{{1}, {s.fragment++}, i, i == 0 ? ByteView(first) : ByteView(other)};
      if (s.packets[1] % 47 == 46) {
        ++s.packets[1];
      } else {
        packet(c, Side::server, media);
      }
    }
    const wire::FrameHead sound{.number = {s.frame}, .fragments = 1, .capture = head.capture};
    packet(c, Side::server, wire::Media{{2}, {s.frame}, 0, wire::encode(sound)});
    ++s.frame;
    wire::Ack ack{.largest = {s.packets[1] - 1}, .received_at = now_.time_since_epoch()};
    ack.first_run = std::min<std::uint64_t>(ack.largest.value, 40);
    packet(c, Side::client, ack);
    if (s.frame % 5 == 0)
      control(c, Side::server, wire::Switched{.play = {1}, .from = {1}, .to = {1}, .at = {s.frame}});
  }
  template <class Message>
  void control(Connection& c, Side from, const Message& message) {
    const Bytes bytes = wire::frame_message(message);
    std::uint64_t& offset = states_[c.index].offsets[static_cast<int>(from)];
    packet(c, from, wire::Stream{.id = {0}, .offset = offset, .data = bytes});
    offset += bytes.size();
  }
  template <class Frame>
  void packet(Connection& c, Side from, const Frame& frame) {
    Bytes bytes(wire::typed_size(frame));
    wire::Writer w(bytes);
    wire::write_typed(w, frame);
    const PacketNumber number{states_[c.index].packets[static_cast<int>(from)]++};
    const Packet packet{.number = number, .opened = true, .frames = w.written()};
    opening_.on_packet(c, from, {.at = now_, .size = bytes.size()}, packet, {.number = number});
  }

  Time now_{1s};
  std::deque<Connection> connections_;
  std::map<std::size_t, State> states_;
  PacketOpening opening_;
};

std::size_t in_use() { return mallinfo2().uordblks; }

TEST(Memory, OfAnOpenedConnectionIsBounded) {
  const std::size_t none = in_use();
  if (none == 0) GTEST_SKIP() << "sanitizers have an allocator of their own";
  constexpr std::size_t viewers = 50;
  Crowd crowd(viewers);
  crowd.play(20s);
  const std::size_t soon = in_use() - none;
  crowd.play(60s);
  const std::size_t late = in_use() - none;
  crowd.close();
  const std::size_t closed = in_use() - none;
  EXPECT_LT(late / viewers, 64u << 10);
  EXPECT_LT(late, soon + soon / 4) << "grows with the capture";
  EXPECT_LT(closed, late * 3 / 4);
  std::printf("%zu bytes for each connection, %zu after it was closed\n", late / viewers, closed / viewers);
}

}  // namespace
}  // namespace avocet::analysis
