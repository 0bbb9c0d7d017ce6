#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/units.hpp"
#include "protocol/service/live_title.hpp"
#include "protocol/service/place.hpp"
#include "protocol/service/refusal.hpp"

/// What the shards of one server tell each other, so that to its users they are one. Plain values: payloads
/// are shared and immutable, everything else is copied. What one shard tells another must arrive in its order
/// and must not get lost, except LiveFrame; nothing is assumed of the order in which several are heard.
namespace avocet::service::shard {

// To the registry, on shard 0: who is here, and which live titles there are.

/// Somebody wants a name: Admitted or Denied comes back.
struct Arrive {
  Place place;
  wire::User user;
};
/// Takes back Arrive, answered or not.
struct Depart {
  Place place;
  std::string name;
};
/// Somebody wants to publish: TitleOpened or Denied comes back.
struct Offer {
  Source source;
  std::string title, user;
  std::vector<wire::Track> tracks;
};
/// Takes back Offer, answered or not.
struct Withdraw {
  Source source;
  std::string title, reason;
};

// From the registry to the shard that asked.

struct Admitted {
  SessionId session;
  std::string name;
  bool superseded = false;  ///< an older session of the same user ends for this one
};
struct Denied {
  SessionId session;
  PlayId request;  ///< 0: Arrive
  Refusal refusal;
};
/// The same user has joined again from elsewhere.
struct Supersede {
  SessionId session;
  std::string name;
};

// From the registry to all.

struct UserCame {
  wire::User user;
};
struct UserWent {
  std::string name;
};
struct TitleOpened {
  Source source;
  std::string title, user;
  std::vector<wire::Track> tracks;
};
struct TitleClosed {
  Source source;
  std::string reason;
};

// Between the shard of a publisher and those of its viewers.

/// A shard has viewers of the title from now on, or none any more. It gets Recent, then every LiveFrame.
struct Watch {
  Source source;
  bool watching = true;
};
struct Recent {
  Source source;
  LiveTitle::Recent recent;
};
struct LiveFrame {
  Source source;
  std::size_t track = 0;  ///< index into the title's tracks
  media::Frame frame;
  Time arrived{};  ///< at the publisher's shard
};
/// What the best viewer of a shard can use.
struct Usable {
  Source source;
  DataRate rate;
};
/// A viewer of a shard cannot go on without a key frame above `after`.
struct KeyFrameWanted {
  Source source;
  FrameNumber after;
};

// From any to all others.

/// A play of a title began or ended.
struct Viewing {
  std::string title;
  bool came = true;
};
/// A framed message for every user.
struct Tell {
  SharedBytes message;
};

using Message =
    std::variant<Arrive, Depart, Offer, Withdraw, Admitted, Denied, Supersede, UserCame, UserWent,
                 TitleOpened, TitleClosed, Watch, Recent, LiveFrame, Usable, KeyFrameWanted, Viewing, Tell>;

/// Whether a driver whose queue to a shard is full may drop the message: viewers miss one frame, as if the
/// network had lost it. All others are few, and must arrive.
inline bool may_be_dropped(const Message& message) { return std::holds_alternative<LiveFrame>(message); }

}  // namespace avocet::service::shard

namespace avocet::service {

/// For the driver to hand on: on_shard() of another Server, or of all others.
struct ToShard {
  std::optional<ShardId> to;  ///< nothing: all others
  shard::Message message;
};

}  // namespace avocet::service
