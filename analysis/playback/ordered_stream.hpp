#pragma once

#include <cstdint>
#include <map>

#include "protocol/base/bytes.hpp"

namespace avocet::analysis {

/// The bytes of a reliable stream in their order, from pieces in any. Holds at most `most`.
class OrderedStream {
 public:
  static constexpr std::size_t most = 256 * 1024;

  void add(std::uint64_t offset, ByteView);
  /// What is there without a hole, from what was consumed on.
  ByteView ready() const { return ready_; }
  void consume(std::size_t);
  /// A piece is missing, behind which others are there.
  bool waiting() const { return !ahead_.empty(); }
  /// A piece never came, in the capture at least: no more can be read.
  bool broken() const { return broken_; }
  void give_up();

 private:
  std::uint64_t next_ = 0;  ///< offset of the first byte behind ready_
  Bytes ready_;
  std::map<std::uint64_t, Bytes> ahead_;
  std::size_t held_ = 0;  ///< in ahead_
  bool broken_ = false;
};

}  // namespace avocet::analysis
