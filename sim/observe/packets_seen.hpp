#pragma once

#include <vector>

#include "analysis/packets/packet_reader.hpp"
#include "sim/observe/observer.hpp"

namespace avocet::sim {

/// Is told what our datagrams are and what is in them.
class PacketObserver {
 public:
  virtual ~PacketObserver() = default;
  virtual void on_packet_sent(Time, const DatagramSeen&, const analysis::Packet&) = 0;
  virtual void on_packet_received(Time, const DatagramSeen&, const analysis::Packet&) = 0;
};

/// Reads our datagrams where they are sent and where they arrive, with the keys that the ends log: the one
/// place where they are opened, for all who want to know what is in them.
class PacketsSeen final : public Observer {
 public:
  /// They must outlive it.
  void add(PacketObserver& observer) { all_.push_back(&observer); }

  void on_key(Time, std::uint32_t, std::string_view line) override { reader_.keys().add(line); }
  void on_sent(Time now, const DatagramSeen& seen) override {
    const auto packet = reader_.read(seen.bytes);
    if (!packet) return;
    for (PacketObserver* o : all_) o->on_packet_sent(now, seen, *packet);
  }
  void on_received(Time now, const DatagramSeen& seen) override {
    const auto packet = reader_.read(seen.bytes);
    if (!packet) return;
    for (PacketObserver* o : all_) o->on_packet_received(now, seen, *packet);
  }

 private:
  analysis::PacketReader reader_;
  std::vector<PacketObserver*> all_;
};

}  // namespace avocet::sim
