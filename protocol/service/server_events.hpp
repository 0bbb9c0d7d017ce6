#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"
#include "protocol/media/frame.hpp"
#include "protocol/service/shard_messages.hpp"
#include "protocol/session/listener.hpp"
#include "protocol/wire/frames.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

/// A title that the driver can supply segments of.
struct StoredTitle {
  std::string name;
  Duration duration{};                     ///< to the end of the last picture
  std::vector<media::TrackConfig> tracks;  ///< video ascending by bitrate, then at most one of audio
  std::vector<Duration> segment_starts;    ///< ascending; the same in all tracks
  std::string problem;                     ///< why it cannot be played, for a person; empty when it can
  /// What to do about it; empty for a general advice.
  std::string remedy;
};

/// One segment of one track, for one play.
struct SegmentRequest {
  SessionId session;
  PlayId play;
  std::uint32_t generation = 0;  ///< of the play: grows with each seek
  std::string title;
  std::size_t track = 0;  ///< index into StoredTitle::tracks
  std::uint32_t segment = 0;
  bool operator==(const SegmentRequest&) const = default;
};

/// The driver answers with Server::supply or Server::fail, at once or later. Answers to what is no longer
/// wanted are ignored.
struct NeedSegment {
  SegmentRequest request;
};

/// A connection is secured; the client is known by its key but has no name yet.
struct SessionOpened {
  SessionId session;
  std::string fingerprint;  ///< SHA-256 of the client's public key, hex
};

struct UserJoined {
  SessionId session;
  std::string name;
  bool superseded = false;  ///< an older session of the same user ended for this one
};

struct UserLeft {
  SessionId session;
  std::string name;
  std::string reason;
};

struct PlayBegan {
  SessionId session;
  PlayId play;
  std::string user, title;
  std::string rendition;  ///< that it begins with
  bool live = false;
};

struct PlaySwitched {
  SessionId session;
  PlayId play;
  std::string user, title;
  std::string from, to;
  std::string reason;
};

struct PlayOver {
  SessionId session;
  PlayId play;
  std::string user, title;
  std::string reason;  ///< empty at the end of the title
};

struct TitlePublished {
  SessionId session;
  std::string user, title;
};

struct TitleWithdrawn {
  SessionId session;
  std::string user, title;
  std::string reason;
};

struct SessionKeyLog {
  SessionId session;
  std::string line;
};

/// The last event of a session.
struct SessionClosed {
  SessionId session;
  wire::CloseCode code = wire::CloseCode::none;
  std::string reason;
  bool by_peer = false;
};

/// Besides these, what is for another shard of the server: messages and datagrams.
using ServerEvent =
    std::variant<NeedSegment, SessionOpened, UserJoined, UserLeft, PlayBegan, PlaySwitched, PlayOver,
                 TitlePublished, TitleWithdrawn, SessionKeyLog, SessionClosed, ToShard, session::Forward>;

}  // namespace avocet::service
