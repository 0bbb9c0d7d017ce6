#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

#include "dissector/derived.hpp"
#include "dissector/findings.hpp"
#include "dissector/packet_opener.hpp"
#include "dissector/sightings.hpp"
#include "protocol/base/time.hpp"
#include "protocol/wire/service.hpp"

/// What is kept of each packet, so that it can be shown again at any time in any order, always the same.
namespace avocet::dissector {

/// Which part of a packet something is about: one of its frames, or all of it.
inline constexpr int whole_packet = -1;

/// A number, or a time in nanoseconds: which of them is the field's to say.
struct Fact {
  std::int16_t frame;
  Derived field;
  std::uint64_t value;
};

struct Note {
  int frame;
  Derived field;
  std::shared_ptr<const std::string> text;
};

struct Judgement {
  int frame;
  Finding finding;
  std::string text;
};

/// A message of a reliable stream that this packet made whole.
struct Assembled {
  enum class What : std::uint8_t { handshake, service };
  int frame;
  What what;
  std::shared_ptr<const Bytes> bytes;
};

/// A media frame that this packet made whole, as statistics and exports want it.
struct MediaEvent {
  int frame;  ///< of this packet
  TrackId track;
  std::shared_ptr<const wire::Track>
      described;  ///< null when the capture does not show the track's description
  std::uint64_t number;
  std::int64_t pts;
  std::shared_ptr<const Bytes> payload;
  bool key, repaired, late;
  std::uint32_t recovered, abandoned;
  Duration delay, jitter, frozen;

  std::size_t size() const { return payload ? payload->size() : 0; }
  /// "720p", "audio", or what else tells the track from others.
  std::string name() const {
    if (!described) return "track " + std::to_string(track.value);
    return described->rendition.empty() ? "audio" : described->rendition;
  }
};

struct PacketRecord {
  /// `room`: where facts go; it lives longer.
  PacketRecord(std::uint32_t number_in_capture, std::pmr::memory_resource* room)
      : packet(number_in_capture), facts(room), notes(room), later(room) {
    facts.reserve(usual_facts);
  }

  std::uint32_t packet;
  std::optional<std::uint32_t> connection;
  std::optional<Side> sender;
  std::optional<Unsealed> unsealed;  ///< `frames` is not valid any more
  std::pmr::vector<Fact> facts;
  std::pmr::vector<Note> notes;
  std::pmr::vector<Fact> later;  ///< links to packets after this one, known once they were read
  std::vector<Judgement> judgements;
  std::vector<Assembled> assembled;
  std::vector<MediaEvent> media;

  void tell(int frame, Derived field, std::uint64_t value) {
    facts.push_back({static_cast<std::int16_t>(frame), field, value});
  }
  void tell(int frame, Derived field, Duration value) {
    tell(frame, field, static_cast<std::uint64_t>(value.count()));
  }
  void tell(int frame, Derived field, std::shared_ptr<const std::string> text) {
    notes.push_back({frame, field, std::move(text)});
  }
  void tell(int frame, Derived field, std::string text) {
    tell(frame, field, std::make_shared<const std::string>(std::move(text)));
  }
  /// A link to an earlier packet, which gets a link back to this one.
  void link(int frame, Derived field, const Sighting& earlier, Derived back) {
    tell(frame, field, std::uint64_t{earlier.record->packet});
    earlier.record->later.push_back({whole_packet, back, packet});
  }
  void judge(int frame, Finding finding, std::string text = {}) {
    judgements.push_back({frame, finding, std::move(text)});
  }

 private:
  static constexpr std::size_t usual_facts = 6;
};

}  // namespace avocet::dissector
