#include "sim/link/trace.hpp"

#include <algorithm>
#include <charconv>

namespace avocet::link {

std::expected<Trace, std::string> Trace::parse(std::string_view text) {
  std::vector<std::uint32_t> at;
  std::size_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.ends_with('\r')) word.remove_suffix(1);
    if (word.empty()) continue;
    std::uint32_t ms = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), ms);
    const std::string where = "line " + std::to_string(line) + ": '" + std::string(word.substr(0, 40)) + "' ";
    if (error != std::errc() || stop != word.data() + word.size()) {
      return std::unexpected(where + "is not a whole number of milliseconds");
    }
    if (!at.empty() && ms < at.back()) return std::unexpected(where + "is before the line above it");
    at.push_back(ms);
  }
  if (at.empty() || at.back() == 0)
    return std::unexpected("the trace holds no delivery opportunity after 0 ms");
  return Trace(std::move(at));
}

Duration Trace::when(std::uint64_t index) const {
  const std::uint64_t lap = index / at_.size();
  return std::chrono::milliseconds(lap * at_.back() + at_[index % at_.size()]);
}

std::uint64_t Trace::first_from(Duration time) const {
  const auto ms = static_cast<std::uint64_t>(
      std::chrono::ceil<std::chrono::milliseconds>(std::max(time, Duration::zero())).count());
  const std::uint64_t lap = ms / at_.back(), rest = ms % at_.back();
  const auto found = std::ranges::lower_bound(at_, static_cast<std::uint32_t>(rest));
  std::uint64_t first = lap * at_.size() + static_cast<std::uint64_t>(found - at_.begin());
  // What stands at the very end of the lap before falls on the same instant.
  while (first > 0 && when(first - 1) >= time) --first;
  return first;
}

Duration Trace::finish(Duration from, DataSize size) {
  if (const std::uint64_t first = first_from(from); first > next_) next_ = first, left_ = opportunity;
  for (std::int64_t missing = size.bytes();;) {
    const std::int64_t taken = std::min(missing, left_);
    missing -= taken, left_ -= taken;
    const Duration at = when(next_);
    if (left_ == 0) ++next_, left_ = opportunity;
    if (missing == 0) return at;
  }
}

DataSize Trace::capacity(Duration from, Duration until) const {
  return DataSize::bytes(static_cast<std::int64_t>(first_from(until) - first_from(from)) * opportunity);
}

DataRate Trace::mean() const {
  return DataSize::bytes(static_cast<std::int64_t>(at_.size()) * opportunity) /
         std::chrono::milliseconds(at_.back());
}

}  // namespace avocet::link
