#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "dissector/record.hpp"
#include "protocol/media/freeze_meter.hpp"
#include "protocol/media/reassembler.hpp"
#include "protocol/wire/service.hpp"

/// The media that one side of a connection sends.
namespace avocet::dissector {

class MediaFlow {
 public:
  void on_media(PacketRecord&, int frame, Sighting, const wire::Media&);
  void on_parity(PacketRecord&, int frame, Sighting, const wire::Parity&);

  /// What Play and Tracks say of a track. `latency` is from capture to show.
  void describe(const wire::Track&, bool live, Duration latency);
  /// Presentation begins anew: a pause, a seek, a new play.
  void restart() { freezes_.restart(), shown_from_.reset(); }
  /// Video goes on with that frame of that track.
  void go_on(TrackId track, std::uint64_t frame, Sighting switched) {
    lanes_[track].begins = {frame, switched};
  }
  /// The last packet with a fragment of the track.
  std::optional<Sighting> last_packet(TrackId) const;

 private:
  struct Extent {
    FragmentNumber first;
    std::uint32_t fragments = 0;
  };
  struct Description {
    std::shared_ptr<const wire::Track> track;
    std::shared_ptr<const std::string> rendition, codec;
    bool live = false;
    Duration latency{};
  };
  struct Lane {
    std::optional<Description> description;
    Sightings fragments;
    std::map<std::uint64_t, Extent> frames;                  // by number, of those whose head was seen
    std::unordered_map<std::uint64_t, std::uint64_t> heads;  // first fragment -> number
    std::optional<std::uint64_t> newest;                     // frame that became whole
    std::set<std::uint64_t> missing;                         // frames below it that did not
    std::optional<Sighting> last;
    std::optional<std::pair<std::uint64_t, Sighting>> begins;  // a frame, and the Switched that says so
    std::optional<Duration> transit;                           // of the frame before
    Duration jitter{};
  };

  void remember(Lane&, Sighting, const wire::Media&);
  void take_whole(PacketRecord&, int frame);
  void tell_whole(PacketRecord&, int frame, const media::Completed&);
  void tell_packets(PacketRecord&, int frame, Lane&, const media::Completed&, MediaEvent&);
  void tell_times(PacketRecord&, int frame, Lane&, const media::Completed&, MediaEvent&);
  void count_missing(PacketRecord&, int frame, Lane&, std::uint64_t number, MediaEvent&);
  void estimate_playout(PacketRecord&, int frame, const Lane&, const media::Completed&, MediaEvent&);

  media::Reassembler reassembler_{media::Reassembler::Config{.max_pending = 64u << 20}};
  std::map<TrackId, Lane> lanes_;
  std::optional<Duration> least_offset_;  // smallest arrival - capture
  std::optional<Duration> shown_from_;    // when a presentation time of zero would be shown
  media::FreezeMeter freezes_;
};

}  // namespace avocet::dissector
