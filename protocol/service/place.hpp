#pragma once

#include "protocol/base/ids.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

using wire::PlayId;

/// A session among those of all shards of a server. Never used again.
struct Place {
  ShardId shard;
  SessionId session;
  constexpr auto operator<=>(const Place&) const = default;
};

/// A publication among those of all shards. Never used again, unlike its title.
struct Source {
  Place publisher;
  PlayId publication;
  constexpr auto operator<=>(const Source&) const = default;
};

}  // namespace avocet::service
