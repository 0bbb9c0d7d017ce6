#pragma once

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <vector>

#include "analysis/connections/capture_reading.hpp"

namespace avocet::analysis {

/// Tells several listeners, in their order; null ones are passed over. They must outlive it.
class Listeners final : public PacketListener {
 public:
  explicit Listeners(std::initializer_list<PacketListener*> all) {
    std::ranges::copy_if(all, std::back_inserter(all_), [](auto* listener) { return listener != nullptr; });
  }
  void on_packet(Connection& connection, Side from, const Sighting& seen, const Packet& packet,
                 const NumberTrack::Seen& number) override {
    for (PacketListener* listener : all_) listener->on_packet(connection, from, seen, packet, number);
  }

 private:
  std::vector<PacketListener*> all_;
};

}  // namespace avocet::analysis
