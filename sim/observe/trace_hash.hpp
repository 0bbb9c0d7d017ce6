#pragma once

#include "sim/observe/observer.hpp"

namespace avocet::sim {

/// A number that is the same only when everything that happened in two simulations is the same: each byte on
/// the wire, what became of each packet, each frame, all with their times. FNV-1a.
class TraceHash final : public Observer {
 public:
  std::uint64_t value() const { return hash_; }

  void on_entered(std::size_t where, Time, const Passing&) override;
  void on_served(std::size_t where, Time, const Passing&, Duration queued) override;
  void on_lost(std::size_t where, Time, const Passing&, LossCause) override;
  void on_duplicated(std::size_t where, Time, const Passing&) override;
  void on_arrived(std::size_t where, Time, const Passing&) override;
  void on_sent(Time, const DatagramSeen&) override;
  void on_received(Time, const DatagramSeen&) override;
  void on_made(Time, const FrameMade&) override;
  void on_out(Time, const FrameOut&) override;
  void on_playback(Time, const Playback&) override;
  void on_heard(Time, std::uint32_t end, std::string_view) override;

 private:
  template <class... Words>
  void mix(Words... words) {
    ((hash_ = (hash_ ^ static_cast<std::uint64_t>(words)) * 0x100000001b3ull), ...);
    hash_ ^= hash_ >> 32;  // multiplication carries upwards only
  }
  void mix_passing(char what, std::size_t where, Time, const Passing&);

  std::uint64_t hash_ = 0xcbf29ce484222325ull;
};

}  // namespace avocet::sim
