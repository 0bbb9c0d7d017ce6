#pragma once

#include <map>
#include <optional>
#include <vector>

#include "sim/observe/packets_seen.hpp"

namespace avocet::sim {

/// What became of one frame between its encoder and its viewer. Times since the simulation began.
struct FrameStory {
  Time made;
  std::int64_t pts = 0;
  std::size_t size = 0;
  bool key = false, picture = true, admitted = true;
  std::uint64_t fingerprint = 0;  ///< of the payload

  std::optional<Time> first_sent;   ///< by the server to its viewer
  FragmentNumber first;             ///< of its fragments, as it was cut first
  std::vector<bool> sent, arrived;  ///< of those; empty when no head was sent
  std::uint64_t repeats = 0;        ///< fragments sent again, all of a later cut too (AV-MTU-6)
  std::optional<Time> out;          ///< of the viewer's play, decodable
  std::uint64_t times_out = 0;
  bool late = false, damaged = false;  ///< damaged: what came out is not what was made
};

/// Follows each frame by the fragments that the server sends and the viewer receives.
class FrameLedger final : public Observer, public PacketObserver {
 public:
  explicit FrameLedger(std::size_t flows) : flows_(flows) {}

  struct Key {
    std::size_t track = 0;  ///< of the source
    FrameNumber number;
    auto operator<=>(const Key&) const = default;
  };
  const std::map<Key, FrameStory>& frames(std::size_t flow) const { return flows_[flow].frames; }

  void on_made(Time, const FrameMade&) override;
  void on_out(Time, const FrameOut&) override;
  void on_packet_sent(Time, const DatagramSeen&, const analysis::Packet&) override;
  void on_packet_received(Time, const DatagramSeen&, const analysis::Packet&) override;

 private:
  /// A track of the server's: where its frames begin, by their first fragments.
  struct WireTrack {
    std::optional<std::size_t> source;
    std::map<std::uint64_t, FrameNumber> begins;
  };
  struct OfFlow {
    std::map<Key, FrameStory> frames;
    std::map<TrackId, WireTrack> tracks;
  };

  FrameStory* story_of(OfFlow&, const wire::Media&);
  void learn(OfFlow&, const wire::Media&);

  std::vector<OfFlow> flows_;
};

}  // namespace avocet::sim
