#pragma once

#include <cstdint>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::session {

/// What is known of the path now. A small part of Stats, which is asked for many times a second.
struct PathEstimate {
  DataRate target_rate;
  Duration smoothed_rtt{};
  std::size_t media_bytes_held = 0;
  double media_share = 1;  ///< of what is sent
};

/// Counters since the session began and the current estimates. Names follow W3C webrtc-stats where it has
/// one.
struct Stats {
  std::uint64_t packets_sent = 0, packets_received = 0;  ///< datagrams that were ours
  std::uint64_t bytes_sent = 0, bytes_received = 0;      ///< UDP payload
  std::uint64_t packets_lost = 0;                        ///< sent by us and declared lost
  std::uint64_t spurious_losses = 0;                     ///< of those, acknowledged after all
  std::uint64_t received_gaps = 0;  ///< packet numbers of the peer's that never arrived: loss before repair
  std::uint64_t packets_undecryptable = 0;  ///< dropped: did not open, or no room to wait for the keys
  std::uint64_t packets_malformed =
      0;  ///< dropped: no header of ours, or a clear packet that makes no sense here
  std::uint64_t packets_duplicate = 0;                 ///< dropped: replayed or repeated
  std::uint64_t frames_sent = 0, frames_received = 0;  ///< media frames, whole
  std::uint64_t frames_abandoned = 0;                  ///< media frames given up by us: deadline or cancel
  std::uint64_t fragments_sent = 0, fragments_received = 0;
  std::uint64_t retransmitted_fragments_sent = 0, retransmitted_fragments_received = 0;
  std::uint64_t fec_packets_sent = 0, fec_packets_received = 0, fec_fragments_recovered = 0;
  std::uint64_t media_bytes_sent = 0;  ///< of frames, for the first time and again
  std::uint64_t retransmitted_media_bytes_sent = 0, fec_bytes_sent = 0;
  std::uint64_t duplicate_fragments_received = 0;
  std::uint64_t padding_bytes_sent = 0;
  std::size_t datagram_size = 0;     ///< largest that is sent, bytes of UDP payload
  bool ecn_capable = false;          ///< our packets carry ECT(0), and their marks come back
  std::uint64_t packets_marked = 0;  ///< of those, seen marked CE by the peer
  std::uint64_t key_updates = 0;     ///< of the keys that we seal with
  std::size_t bytes_in_flight = 0;
  std::size_t media_bytes_held = 0;  ///< queued for sending and repair
  std::size_t stream_bytes_held = 0;
  std::size_t reassembly_bytes_held = 0;
  std::size_t memory_held = 0;  ///< storage of everything but media; at most memory_cap(config)
  Duration smoothed_rtt{}, latest_rtt{}, min_rtt{}, rtt_variation{};
  Duration queue_delay{};  ///< estimated standing queue on the way to the peer
  Duration jitter{};       ///< interarrival jitter of what we receive (RFC 3550 section 6.4.1)
  DataRate target_rate, pacing_rate;
  double loss_rate = 0;     ///< of what we send, recent, 0..1
  double media_share = 0;   ///< of all that we send, media that goes out for the first time; recent, 0..1
  double repair_share = 0;  ///< of the media that we send, retransmissions and parity; recent, 0..1
};

}  // namespace avocet::session
