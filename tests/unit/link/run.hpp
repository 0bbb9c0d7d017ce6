#pragma once

#include <vector>

#include "sim/link/link.hpp"

namespace avocet::link::testing {

/// Virtual time zero of these tests; not zero, so that a link that confuses times and durations is caught.
inline constexpr Time origin{1234s};

inline Bytes datagram(std::size_t size, unsigned fill = 0) {
  return Bytes(size, static_cast<std::byte>(fill));
}

/// Everything that has arrived by `now`.
inline std::vector<Delivery> take(Link& link, Time now) {
  std::vector<Delivery> out;
  while (auto delivery = link.pop(now)) out.push_back(std::move(*delivery));
  return out;
}

/// Steps from one `next` to the following until the link is empty, as a driver does.
inline std::vector<Delivery> drain(Link& link) {
  std::vector<Delivery> out;
  while (const auto at = link.next()) {
    for (Delivery& d : take(link, *at)) out.push_back(std::move(d));
  }
  return out;
}

/// `count` datagrams of `size` bytes, `gap` apart from `from` on, polled at each; then the rest.
inline std::vector<Delivery> stream(Link& link, std::size_t count, std::size_t size, Duration gap,
                                    Time from = origin) {
  std::vector<Delivery> out;
  for (std::size_t i = 0; i < count; ++i) {
    const Time now = from + static_cast<std::int64_t>(i) * gap;
    for (Delivery& d : take(link, now)) out.push_back(std::move(d));
    link.push(now, datagram(size, static_cast<unsigned>(i)));
  }
  for (Delivery& d : drain(link)) out.push_back(std::move(d));
  return out;
}

}  // namespace avocet::link::testing
