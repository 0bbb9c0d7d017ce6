#pragma once

#include <deque>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "sim/experiment/experiment.hpp"
#include "sim/observe/frame_ledger.hpp"

namespace avocet::sim {

/// What really happened to every packet and every frame: truth.json, as specs/truth.schema.json describes it.
/// Packets are written as they go, frames at the end.
class TruthFile final : public Observer, public PacketObserver {
 public:
  /// `ledger` must have been told all before this is told that it is the end.
  TruthFile(const std::string& file, const Experiment&, std::uint64_t seed, const FrameLedger& ledger);
  bool good() const { return out_.good(); }

  void on_packet_sent(Time, const DatagramSeen&, const analysis::Packet&) override;
  void on_packet_received(Time, const DatagramSeen&, const analysis::Packet&) override;
  void on_entered(std::size_t where, Time, const Passing&) override;
  void on_served(std::size_t where, Time, const Passing&, Duration queued) override;
  void on_lost(std::size_t where, Time, const Passing&, LossCause) override;
  void on_duplicated(std::size_t where, Time, const Passing&) override;
  void on_arrived(std::size_t where, Time, const Passing&) override;
  void on_playback(Time, const Playback&) override;
  void on_end(Time) override;

 private:
  struct Identity {
    wire::PacketKind kind = wire::PacketKind::protected_;
    ConnectionId id;
    std::optional<PacketNumber> number;
  };
  /// Where something happens, as it is written.
  struct Place {
    std::string node, link;
  };

  void write(Time, std::string_view event, const Place&, bool to_client, const Identity&,
             std::string_view more = {});
  void write_passing(std::string_view event, const Place&, Time, const Passing&, std::string_view more = {});
  void write_frame(std::size_t flow, const FrameLedger::Key&, const FrameStory&, bool next, Time end);
  Place place(std::uint32_t end) const;

  const Experiment& experiment_;
  const FrameLedger& ledger_;
  std::ofstream out_;
  std::vector<std::string> playback_;
  std::map<std::uint32_t, std::deque<Identity>> sent_;  // by end and index
  std::vector<Place> entrances_, exits_;                // by direction of a link
  bool first_ = true;
};

}  // namespace avocet::sim
