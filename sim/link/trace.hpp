#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"

namespace avocet::link {

/// A recorded capacity in mahimahi's format (Netravali 2015): one line per delivery opportunity, a number of
/// milliseconds, at which 1500 bytes may leave. It begins anew after its last line.
class Trace {
 public:
  static constexpr std::int64_t opportunity = 1500;  ///< bytes

  /// Milliseconds that ascend, the last above 0.
  explicit Trace(std::vector<std::uint32_t> at) : at_(std::move(at)) {}
  /// The lines must be so. The message names the first that does not fit.
  static std::expected<Trace, std::string> parse(std::string_view text);
  const std::vector<std::uint32_t>& lines() const { return at_; }

  /// When `size` has left if it starts to at `from`: bytes of an opportunity that it does not need are there
  /// for the next that starts at that instant. Calls ascend in `from`.
  Duration finish(Duration from, DataSize size);

  /// Bytes that could have left between two instants.
  DataSize capacity(Duration from, Duration until) const;
  DataRate mean() const;

 private:
  Duration when(std::uint64_t index) const;
  /// The first opportunity at or after `time`.
  std::uint64_t first_from(Duration time) const;

  std::vector<std::uint32_t> at_;  // ms
  std::uint64_t next_ = 0;         // opportunity that `left_` belongs to
  std::int64_t left_ = opportunity;
};

}  // namespace avocet::link
