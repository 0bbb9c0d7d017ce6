#pragma once

#include <array>
#include <cstdint>

namespace avocet::analysis {

/// How large datagrams are, in bytes of UDP payload.
class SizeHistogram {
 public:
  /// Upper ends of the classes; what is larger than the last one is in a class of its own. The sizes that
  /// usual paths carry (IPv6's least, Ethernet's) are borders.
  static constexpr std::array<std::uint16_t, 8> borders{64, 128, 256, 512, 1024, 1232, 1472, 8972};

  void add(std::size_t size) {
    std::size_t i = 0;
    while (i < borders.size() && size > borders[i]) ++i;
    ++counts_[i];
    largest_ = size > largest_ ? size : largest_;
  }
  const std::array<std::uint64_t, borders.size() + 1>& counts() const { return counts_; }
  std::size_t largest() const { return largest_; }

 private:
  std::array<std::uint64_t, borders.size() + 1> counts_{};
  std::size_t largest_ = 0;
};

}  // namespace avocet::analysis
