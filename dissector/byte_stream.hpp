#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "dissector/sightings.hpp"
#include "protocol/base/bytes.hpp"

/// One direction of a reliable stream, put together from frames in any order.
namespace avocet::dissector {

class ByteStream {
 public:
  struct Outcome {
    std::optional<Sighting> original;  ///< the packet that brought these bytes before
    bool contradiction = false;        ///< other bytes than before at the same position (AV-STR-4)
  };
  Outcome add(std::uint64_t offset, ByteView data, Sighting);

  /// Bytes in a row that nobody has consumed.
  ByteView ready() const;
  void consume(std::size_t n) { consumed_ += n; }
  /// What is ready makes no sense, as in a capture that begins midway: go on at the next frame's first byte.
  void skip_to_next_frame();
  /// Without gaps, from where the capture saw the stream begin.
  std::uint64_t received() const { return contiguous_; }
  /// End of the last byte seen.
  std::uint64_t end() const { return begin_ + bytes_.size(); }

 private:
  struct Piece {
    std::uint64_t end;
    Sighting seen;
  };
  std::optional<Sighting> covered(std::uint64_t begin, std::uint64_t end) const;
  void advance();

  std::optional<std::uint64_t> first_;
  std::uint64_t begin_ = 0;       // position of the first of bytes_
  std::uint64_t contiguous_ = 0;  // end of what came without gaps
  std::uint64_t consumed_ = 0;
  Bytes bytes_;
  std::map<std::uint64_t, Piece> pieces_;  // by position
};

}  // namespace avocet::dissector
