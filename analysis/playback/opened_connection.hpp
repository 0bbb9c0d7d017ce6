#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/connections/connection.hpp"
#include "analysis/measures/target_meter.hpp"
#include "analysis/playback/ack_meter.hpp"
#include "analysis/playback/ordered_stream.hpp"
#include "analysis/playback/play_view.hpp"
#include "analysis/playback/track_view.hpp"
#include "protocol/media/early_frames.hpp"

namespace avocet::analysis {

/// A message of the service, as it passed.
struct ControlMessage {
  Time at;
  Side from = Side::client;
  std::string_view name;  ///< of the wire declaration
  std::string what;       ///< for a person; empty when the name says all
};

/// What one end of a connection sent, opened.
struct OpenedSide {
  explicit OpenedSide(std::size_t most_packets) : acks(most_packets) {}

  AckMeter acks;                      ///< of the packets that this side sent
  OrderedStream control;              ///< stream 0
  std::optional<Time> control_waits;  ///< since when a piece of it is missing
  Time expired{};                     ///< when it last forgot old incomplete frames
  std::map<std::uint32_t, TrackView> tracks;
  std::map<std::uint64_t, std::uint64_t> frames;  ///< how many of each type
  std::uint64_t undecodable = 0;  ///< packets that opened and hold what the declaration does not allow
  std::uint64_t padding_bytes = 0, control_bytes = 0, payload_bytes = 0;
};

/// How much is kept of a connection. The first hundred get plenty; of thousands, each gets what it needs in
/// usual use: a viewer that buffers 1.5 s, and lists as long as people read.
struct Room {
  std::size_t frames = 1024;   ///< waiting for their time in a play: 13 s of pictures and sound
  std::size_t switches = 256;  ///< of rendition, in a play
  std::size_t messages = 512;
  std::size_t packets = 2048;  ///< in flight at once: 25 Mbit/s for a second

  static Room of(const Connection& connection) {
    return connection.detailed() ? Room{}
                                 : Room{.frames = 256, .switches = 16, .messages = 32, .packets = 256};
  }
};

/// All that can be said of one connection whose keys are known.
struct OpenedConnection {
  explicit OpenedConnection(const Room& r) : room(r), client(r.packets), server(r.packets) {}

  Room room;
  OpenedSide client, server;
  std::vector<PlayView> plays;
  std::vector<ControlMessage> messages;  ///< the first ones
  std::uint64_t message_count = 0;
  std::optional<std::uint64_t> close_code;
  std::string close_reason;
  std::uint64_t challenges = 0;
  /// From the server, before the message that says what their tracks are.
  media::EarlyFrames<WholeFrame> early{256, 1u << 20};
  TrackId last_track;        ///< that such a message told of
  TargetMeter encoder;       ///< of what the client publishes
  std::optional<Time> done;  ///< the server had verified the client

  /// It was closed: gives back what was kept for packets to come.
  void retire(Time now);

  OpenedSide& side(Side s) { return s == Side::client ? client : server; }
  const OpenedSide& side(Side s) const { return s == Side::client ? client : server; }
};

}  // namespace avocet::analysis
