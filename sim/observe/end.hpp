#pragma once

#include <cstddef>
#include <cstdint>

namespace avocet::sim {

/// Which end of a flow of media a host is.
enum class EndRole : std::uint8_t { server, publisher, viewer };

inline constexpr std::uint32_t ends_per_flow = 3;

/// Ends are numbered through a whole simulation, from 1; 0 is traffic that is not ours.
constexpr std::uint32_t end_of(std::size_t flow, EndRole role) {
  return 1 + static_cast<std::uint32_t>(flow) * ends_per_flow + static_cast<std::uint32_t>(role);
}
constexpr std::size_t flow_of(std::uint32_t end) { return (end - 1) / ends_per_flow; }
constexpr EndRole role_of(std::uint32_t end) { return static_cast<EndRole>((end - 1) % ends_per_flow); }

}  // namespace avocet::sim
