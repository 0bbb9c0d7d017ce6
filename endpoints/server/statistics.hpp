#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "endpoints/server/shard.hpp"

namespace avocet::server {

/// What `--stats` says of the shards: their sums, the sessions of all, and how they share the work.
nlohmann::json to_json(std::span<const ShardStats>);

/// Seconds that all threads of the process have computed.
double cpu_seconds();

}  // namespace avocet::server
