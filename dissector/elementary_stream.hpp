#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

#include "protocol/base/bytes.hpp"
#include "protocol/media/frame.hpp"
#include "protocol/wire/service.hpp"

/// The frames of one track as a file that players understand: H.264 and H.265 as byte streams (annex B), AAC
/// as ADTS, Opus in Ogg (RFC 7845), anything else frame after frame.
namespace avocet::dissector {

/// How a codec's frames stand in a file. Frames are written one by one; each depends on its place alone.
class FrameFormat {
 public:
  virtual ~FrameFormat() = default;
  virtual std::string_view extension() const = 0;
  virtual std::string_view content_type() const = 0;
  /// What comes before the first frame.
  virtual void begin(Bytes&) const {}
  /// `index`: how many frames are before it. `decoding`: its pts.
  virtual void append(Bytes& out, ByteView payload, bool key, std::int64_t pts,
                      std::uint32_t index) const = 0;
};

/// Fits any track: what has no format of its own, or whose configuration is damaged, is written as it is.
std::unique_ptr<FrameFormat> frame_format(const wire::Track&);

/// Frames become whole in any order, and stand in the file in that of their numbers.
class ElementaryStream {
 public:
  explicit ElementaryStream(const wire::Track& track) : format_(frame_format(track)) {}

  /// From `from` on the file has these bytes now.
  struct Change {
    std::size_t from;
    Bytes bytes;
  };
  Change add(std::uint64_t number, bool key, std::int64_t pts, std::shared_ptr<const Bytes> payload);
  const FrameFormat& format() const { return *format_; }

 private:
  struct Placed {
    std::shared_ptr<const Bytes> payload;
    bool key;
    std::int64_t pts;
    std::size_t at;  // in the file
  };
  std::unique_ptr<FrameFormat> format_;
  std::map<std::uint64_t, Placed> frames_;
  std::size_t size_ = 0;
};

}  // namespace avocet::dissector
