#pragma once

#include <cstdint>
#include <string>

#include "protocol/base/units.hpp"
#include "protocol/session/listener.hpp"

namespace avocet::service {

/// What one session may do, and how much all of them together. Everything that a client can make the server
/// hold has its bound here or in session::Config.
struct ServiceLimits {
  std::size_t users = 10'000;
  std::size_t plays_per_user = 4;
  std::size_t publications_per_user = 2;
  std::size_t live_titles = 256;
  std::size_t message_queue =
      512 << 10;                     ///< bytes waiting for a client that does not read; then it is closed
  double messages_per_second = 200;  ///< sustained; beyond it the session is closed
  double message_burst = 1000;
  double requests_per_second = 10;  ///< Join, Browse, Play, Seek, Publish; beyond it they are refused
  double request_burst = 40;
  double lines_per_second = 2;  ///< Say; beyond it they are refused
  double line_burst = 10;
  std::size_t group_cache = 4 << 20;  ///< bytes kept of each live rendition since its last key frame
  DataRate publisher_rate = DataRate::mbps(50);  ///< most that TargetRate asks of a publisher
};

struct ServiceConfig {
  std::string name = "Avocet";  ///< what the server calls itself, 1 to 64 bytes
  ServiceLimits limits;
  ShardId shard;  ///< of all that serve the same users; a Server takes both from its ListenerConfig
  std::uint16_t shards = 1;  ///< 1 to 256
};

struct ServerConfig {
  session::ListenerConfig listener;
  ServiceConfig service;
};

}  // namespace avocet::service
