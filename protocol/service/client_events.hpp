#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "protocol/base/ids.hpp"
#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"
#include "protocol/media/frame.hpp"
#include "protocol/service/play_request.hpp"
#include "protocol/session/resumption.hpp"
#include "protocol/wire/frames.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

using wire::PlayId;

/// The handshake is complete. What was asked before is sent now.
struct Connected {
  std::string fingerprint;  ///< SHA-256 of the server's certificate, hex
  bool resumed = false;     ///< by a ticket
};

/// For the next connection with this server: see session::Resumption.
struct TicketReceived {
  session::Resumption resumption;
  std::optional<SealedPlay> play;  ///< ClientConfig::sealed_play for then
};

struct Joined {
  std::string server;  ///< what it calls itself
};

/// A request was not carried out. A play that had not started, or a publication, is over then; a play that
/// had goes on.
struct Refused {
  PlayId request;  ///< the play or publication; 0: Join, Browse or Say
  wire::RefusalCode code = wire::RefusalCode::bad_request;
  std::string reason;  ///< what happened, to what
  std::string remedy;  ///< what to do next
};

/// The answer to browse(), whole.
struct CatalogueReceived {
  std::vector<wire::Title> titles;
};

/// Users who came and went; at first, all who are here. See is_signed_by_identity() before an encryption key
/// is used.
struct DirectoryChanged {
  bool complete = false;  ///< begin anew with these
  std::vector<wire::User> present;
  std::vector<std::string> left;
};

/// A play has been taken up, or goes on elsewhere after a seek. Frames follow.
struct PlayStarted {
  PlayId play;
  std::uint32_t generation = 0;            ///< 0 at first, larger after each seek: decoders start anew
  std::vector<media::TrackConfig> tracks;  ///< video ascending by bitrate, then audio
  std::size_t first = 0;                   ///< index of the video track that it begins with
  Duration duration{};                     ///< of a stored title
  Duration start{};                        ///< presentation time of the first frame to come
  bool live = false;
};

/// A frame for the decoder and the recorder: per kind in decode order, each frame number once.
struct FrameReady {
  PlayId play;
  std::uint32_t generation = 0;
  std::size_t track = 0;  ///< index into PlayStarted::tracks
  media::Frame frame;
  Time due{};         ///< when to show it. While paused or stalled what is not shown yet moves: see Stalled
  bool late = false;  ///< (live) decode for reference, do not show
};

/// Video goes on in another rendition with the next video frame that comes out.
struct SwitchedRendition {
  PlayId play;
  std::size_t from = 0, to = 0;  ///< indices into PlayStarted::tracks
  FrameNumber at;                ///< first frame of the new rendition
  Time arrived{};                ///< when the first frame of the new rendition was here
  std::string reason;
};

/// Nothing is there to show. Stored titles wait: what comes later is due later.
struct Stalled {
  PlayId play;
};
struct Resumed {
  PlayId play;
  Duration stalled_for{};
};

/// The last event of a play; what had arrived has come out before.
struct PlayEnded {
  PlayId play;
  std::string reason;  ///< empty at the end of the title
};

/// The server has put a publication into its catalogue: frames may be sent.
struct PublicationStarted {
  PlayId publication;
};
/// What the viewers of a publication can use, over all its tracks: for the encoder.
struct TargetRateChanged {
  PlayId publication;
  DataRate target;
};

/// Viewers of a publication, or the way to the server, need a key frame: the encoder should make its next
/// picture one. At most every 0.6 s, and not within 0.6 s of a key frame.
struct KeyFrameRequested {
  PlayId publication;
};

struct Said {
  std::string from;  ///< empty: an announcement of the server
  std::string line;
  UnixTime at{};
};

struct ClientKeyLog {
  std::string line;
};

/// The last event.
struct ConnectionClosed {
  wire::CloseCode code = wire::CloseCode::none;
  std::string reason;
  bool by_peer = false;
};

using ClientEvent =
    std::variant<Connected, TicketReceived, Joined, Refused, CatalogueReceived, DirectoryChanged, PlayStarted,
                 FrameReady, SwitchedRendition, Stalled, Resumed, PlayEnded, PublicationStarted,
                 TargetRateChanged, KeyFrameRequested, Said, ClientKeyLog, ConnectionClosed>;

}  // namespace avocet::service
