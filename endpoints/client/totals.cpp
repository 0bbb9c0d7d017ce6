#include "endpoints/client/totals.hpp"

namespace avocet::client {

service::PlayStats total(const service::PlayStats& before, service::PlayStats latest) {
  latest.frames_received += before.frames_received;
  latest.frames_dropped += before.frames_dropped;
  latest.frames_lost += before.frames_lost;
  latest.audio_frames_received += before.audio_frames_received;
  latest.audio_frames_lost += before.audio_frames_lost;
  latest.bytes_received += before.bytes_received;
  latest.freeze_count += before.freeze_count;
  latest.total_freezes_duration += before.total_freezes_duration;
  if (before.time_to_first_frame) latest.time_to_first_frame = before.time_to_first_frame;
  latest.rendition_switches.insert(latest.rendition_switches.begin(), before.rendition_switches.begin(),
                                   before.rendition_switches.end());
  return latest;
}

session::Stats total(const session::Stats& before, session::Stats latest) {
  using Counter = std::uint64_t session::Stats::*;
  constexpr Counter counters[] = {&session::Stats::packets_sent,
                                  &session::Stats::packets_received,
                                  &session::Stats::bytes_sent,
                                  &session::Stats::bytes_received,
                                  &session::Stats::packets_lost,
                                  &session::Stats::spurious_losses,
                                  &session::Stats::received_gaps,
                                  &session::Stats::packets_undecryptable,
                                  &session::Stats::packets_malformed,
                                  &session::Stats::packets_duplicate,
                                  &session::Stats::frames_sent,
                                  &session::Stats::frames_received,
                                  &session::Stats::frames_abandoned,
                                  &session::Stats::fragments_sent,
                                  &session::Stats::fragments_received,
                                  &session::Stats::retransmitted_fragments_sent,
                                  &session::Stats::retransmitted_fragments_received,
                                  &session::Stats::fec_packets_sent,
                                  &session::Stats::fec_packets_received,
                                  &session::Stats::fec_fragments_recovered,
                                  &session::Stats::duplicate_fragments_received,
                                  &session::Stats::padding_bytes_sent};
  for (const Counter counter : counters) latest.*counter += before.*counter;
  return latest;
}

}  // namespace avocet::client
