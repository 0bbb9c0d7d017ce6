#pragma once

#include "dissector/elementary_stream.hpp"

namespace avocet::dissector {

/// Opus in Ogg (RFC 3533, RFC 7845), a page to a frame.
class OggOpus final : public FrameFormat {
 public:
  explicit OggOpus(const wire::Track&);
  std::string_view extension() const override { return "opus"; }
  std::string_view content_type() const override { return "audio/ogg"; }
  void begin(Bytes&) const override;
  void append(Bytes& out, ByteView payload, bool key, std::int64_t pts, std::uint32_t index) const override;

 private:
  Bytes head_;
  media::Timebase timebase_;
};

}  // namespace avocet::dissector
