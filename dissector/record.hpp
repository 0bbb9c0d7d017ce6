#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dissector/derived.hpp"
#include "dissector/findings.hpp"
#include "dissector/packet_opener.hpp"

/// What is kept of each packet, so that it can be shown again at any time in any order, always the same.
namespace avocet::dissector {

/// Which part of a packet something is about: one of its frames, or all of it.
inline constexpr int whole_packet = -1;

struct Fact {
  int frame;
  Derived field;
  std::variant<std::uint64_t, Duration, std::string> value;
};

struct Judgement {
  int frame;
  Finding finding;
  std::string text;
};

/// A message of a reliable stream that this packet made whole, or a media frame.
struct Assembled {
  enum class What : std::uint8_t { handshake, service, media };
  int frame;
  What what;
  std::shared_ptr<const Bytes> bytes;
};

/// What statistics want to know of a media frame that became whole.
struct MediaEvent {
  std::uint32_t track;
  std::string label;  ///< rendition or codec, when the capture shows which
  std::uint64_t number;
  std::size_t size;
  bool key, repaired, late;
  std::uint32_t recovered, abandoned;
  Duration delay, jitter, frozen;
};

struct PacketRecord {
  std::optional<std::uint32_t> connection;
  std::optional<Side> sender;
  std::optional<Unsealed> unsealed;  ///< `frames` is not valid any more
  std::vector<Fact> facts;
  std::vector<Judgement> judgements;
  std::vector<Assembled> assembled;
  std::vector<MediaEvent> media;

  void tell(int frame, Derived field, std::variant<std::uint64_t, Duration, std::string> value) {
    facts.push_back({frame, field, std::move(value)});
  }
  void judge(int frame, Finding finding, std::string text = {}) {
    judgements.push_back({frame, finding, std::move(text)});
  }
};

}  // namespace avocet::dissector
