#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <map>

#include "tests/unit/session/stream_bytes.hpp"
#include "tests/unit/session/stream_packets.hpp"

namespace avocet::session {
namespace {

/// Two ends over a link that loses, repeats and reorders as it is told, with writers and readers at random.
class World {
 public:
  explicit World(const Config& config)
      : config_(config), ends_{End{Streams(Role::client, config)}, End{Streams(Role::server, config)}} {
    for (End& end : ends_) end.streams.set_peer_limits(limits_of(config));
  }

  void step(int action, std::uint64_t number) {
    const std::size_t side = number % 2;
    End& end = ends_[side];
    number /= 2;
    switch (action) {
      case 0: write(end, number); break;
      case 1: read(end); break;
      case 2: send(side, 40 + number % 1160); break;
      case 3: arrive(side, number, true); break;
      case 4: arrive(side, number, false); break;  // a copy stays in the link
      case 5: lose(side, number, true); break;
      case 6: lose(side, number, false); break;  // declared lost, and arrives later all the same
      default:
        if (const auto id = end.streams.open_stream()) end.written[*id] = {}, ++end.opened;
    }
    for (const End& each : ends_) {
      RC_ASSERT(each.streams.bytes_held() <= config_.max_data + config_.max_send_buffer);
      RC_ASSERT(each.streams.open() <= 1 + config_.max_streams + each.opened);
    }
  }

  /// A perfect link until nothing is left to say.
  void finish() {
    closing_ = true;
    for (int round = 0; round < 2000; ++round) {
      for (std::size_t side : {0uz, 1uz}) {
        while (!link_[side].empty()) arrive(side, 0, true);
        write(ends_[side], static_cast<std::uint64_t>(round));
        read(ends_[side]);
        send(side, 1171);
      }
    }
  }
  void check() {
    for (std::size_t side : {0uz, 1uz}) {
      const End &from = ends_[side], &to = ends_[1 - side];
      for (const auto& [id, sent] : from.written) {
        const auto got = to.got.find(id);
        RC_ASSERT((got == to.got.end() ? 0 : got->second.size) == sent.size);
        RC_ASSERT((got != to.got.end() && got->second.ended) == sent.ended);
      }
      RC_ASSERT(from.streams.bytes_held() == 0u);
      RC_ASSERT(!from.streams.wants_to_send());
    }
  }

 private:
  struct Sent {
    std::uint64_t size = 0;
    bool ended = false;
  };
  struct Got {
    std::uint64_t size = 0;
    bool ended = false;
  };
  struct End {
    explicit End(Streams s) : streams(std::move(s)) { written[StreamId{0}] = {}; }
    Streams streams;
    std::map<StreamId, Sent> written;
    std::size_t opened = 0;
    std::map<StreamId, Got> got;
  };

  void write(End& end, std::uint64_t number) {
    auto at = end.written.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(number % end.written.size()));
    auto& [id, sent] = *at;
    if (sent.ended || (closing_ && id.value == 0)) return;
    const std::uint64_t size = closing_ ? 0 : number % 700;
    const bool fin = closing_ || (id.value > 0 && number % 5 == 0);
    const auto admission = end.streams.write(id, pattern(id.value * 1000 + sent.size, size), fin);
    RC_ASSERT(admission != Admission::closed);
    if (admission == Admission::full) return;
    sent.size += size;
    sent.ended = fin;
  }
  void read(End& end) {
    while (const auto event = end.streams.next_event()) {
      if (const auto* readable = std::get_if<StreamReadable>(&*event)) {
        const StreamId id = readable->stream;
        const auto [data, fin] = end.streams.read(id);
        Got& got = end.got[id];
        RC_ASSERT(!got.ended);
        RC_ASSERT(fin || !data.empty());
        RC_ASSERT(data == pattern(id.value * 1000 + got.size, data.size()));
        got.size += data.size();
        got.ended = fin;
        if (!end.written.contains(id)) end.written[id] = {};
      }
    }
  }
  void send(std::size_t side, std::size_t room) {
    const bool wants = ends_[side].streams.wants_to_send();
    StreamPacket packet = packet_of(ends_[side].streams, room);
    RC_ASSERT(packet.bytes.size() <= room);
    RC_ASSERT(packet.bytes.empty() == packet.carried.empty());
    if (room > 1000) RC_ASSERT(wants == !packet.bytes.empty());
    if (!packet.bytes.empty()) link_[side].push_back(std::move(packet));
  }
  void arrive(std::size_t side, std::uint64_t number, bool gone) {
    auto& link = link_[side];
    if (link.empty()) return;
    const auto at = link.begin() + static_cast<std::ptrdiff_t>(number % link.size());
    RC_ASSERT(!deliver(*at, ends_[1 - side].streams));
    if (!gone) return;
    for (const auto& carried : at->carried) ends_[side].streams.on_acked(carried);
    link.erase(at);
  }
  void lose(std::size_t side, std::uint64_t number, bool gone) {
    auto& link = link_[side];
    if (link.empty()) return;
    const auto at = link.begin() + static_cast<std::ptrdiff_t>(number % link.size());
    for (const auto& carried : at->carried) ends_[side].streams.on_lost(carried);
    if (gone) link.erase(at);
  }

  Config config_;
  bool closing_ = false;  // streams are ended, nothing more is written
  std::array<End, 2> ends_;
  std::array<std::deque<StreamPacket>, 2> link_;  // by sender
};

// AV-FLOW-6
RC_GTEST_PROP(StreamsProperty, AnyLinkDeliversTheBytesOnceAndBoundsHold, ()) {
  Config config;
  config.max_data = *rc::gen::inRange<std::uint64_t>(50, 3000);
  config.max_stream_data = *rc::gen::inRange<std::uint64_t>(50, 2000);
  config.max_streams = *rc::gen::inRange<std::uint64_t>(0, 4);
  config.max_send_buffer = *rc::gen::inRange<std::size_t>(700, 5000);
  World world(config);
  const auto steps = *rc::gen::container<std::vector<std::pair<int, std::uint64_t>>>(
      rc::gen::pair(rc::gen::inRange(0, 8), rc::gen::inRange<std::uint64_t>(0, 1 << 20)));
  for (const auto& [action, number] : steps) world.step(action, number);
  world.finish();
  world.check();
}

}  // namespace
}  // namespace avocet::session
