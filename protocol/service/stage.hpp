#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "protocol/base/units.hpp"
#include "protocol/service/key_frame_wish.hpp"
#include "protocol/service/live_title.hpp"

namespace avocet::service {

/// A live title on one shard, with those who watch it there.
struct Stage {
  std::shared_ptr<LiveTitle> title;
  bool open = false;  ///< the registry knows it; of the publisher's shard it exists before
  std::set<std::pair<SessionId, PlayId>> viewers;
  /// Of the publisher's shard: the other shards with viewers, and what the best of each can use.
  std::map<ShardId, DataRate> watching;
  /// Told last, to the publisher or to its shard: what the best viewer from here on can use.
  DataRate target;
  std::optional<Time> target_sent_at;
  KeyFrameWish key_frame;  ///< of those who watch it from here on
};

}  // namespace avocet::service
