#pragma once

#include <string>
#include <vector>

#include "analysis/capture/packet_decoder.hpp"
#include "analysis/capture/steady_clock.hpp"
#include "analysis/connections/connection_table.hpp"
#include "analysis/flows/flow_table.hpp"
#include "analysis/packets/packet_reader.hpp"

namespace avocet::analysis {

/// Is told of every packet of ours, opened where the keys allow. What it is given is good until it returns.
class PacketListener {
 public:
  virtual ~PacketListener() = default;
  virtual void on_packet(Connection&, Side from, const Sighting&, const Packet&,
                         const NumberTrack::Seen&) = 0;
};

/// All that is known after reading a capture record by record, in memory that does not grow with it.
class CaptureReading {
 public:
  /// May be null; must outlive it.
  explicit CaptureReading(PacketListener* listener = nullptr) : listener_(listener) {}

  KeyRing& keys() { return reader_.keys(); }
  const KeyRing& keys() const { return reader_.keys(); }
  ConnectionTable& connections() { return connections_; }
  const ConnectionTable& connections() const { return connections_; }
  const FlowTable& flows() const { return flows_; }
  const capture::DecoderCounters& decoded() const { return decoder_.counters(); }
  const capture::SteadyClock& clock() const { return clock_; }
  std::uint64_t cut_datagrams() const { return cut_; }  ///< of ours, too short to be opened
  Time first_cut() const { return first_cut_; }
  std::uint64_t super_packets() const { return super_packets_; }  ///< of ours, cut into datagrams

  void read(const capture::Record&);

 private:
  void read_udp(Time, const capture::NetworkPacket&);
  bool read_datagram(const Sighting&, ByteView, bool cut);

  PacketListener* listener_;
  capture::PacketDecoder decoder_;
  capture::SteadyClock clock_;
  PacketReader reader_;
  ConnectionTable connections_;
  FlowTable flows_;
  Time first_cut_{};
  std::uint64_t cut_ = 0, super_packets_ = 0;
};

}  // namespace avocet::analysis
