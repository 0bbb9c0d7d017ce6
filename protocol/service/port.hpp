#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "protocol/session/session.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

using wire::PlayId;

/// What the service does with one session, and all it knows of one: so that its logic runs in tests and
/// fuzzers without a network. See session::Session for each call.
class Port {
 public:
  virtual ~Port() = default;

  /// To stream 0. All or nothing.
  virtual session::Admission write(Time now, ByteView data) = 0;
  virtual void close(Time now, wire::CloseCode code, std::string_view reason) = 0;

  virtual void open_track(TrackId, session::TrackOptions) = 0;
  virtual session::Admission send(Time now, TrackId, const media::Frame&, std::optional<Time> deadline) = 0;
  virtual void cancel(TrackId, FrameNumber from) = 0;
  virtual std::optional<FrameNumber> first_undelivered(TrackId, FrameNumber from) const = 0;
  virtual void close_track(TrackId) = 0;
  virtual std::size_t bytes_unsent(TrackId) const = 0;
  /// A live picture was given up, and those after it with it, up to the next key frame.
  virtual bool needs_key_frame(TrackId) const = 0;
  virtual void set_ceiling(DataRate) = 0;
  virtual void ignore_track(TrackId) = 0;
  /// Gives the client a ticket that seals these bytes, about that play. Ports that cannot do nothing.
  virtual void issue_ticket(Time, PlayId, ByteView) {}

  /// Whether everything that was written and sent has arrived, or was given up.
  virtual bool flushed() const = 0;

  /// How the way to the peer is.
  struct Path {
    DataRate target;
    Duration round_trip{};
    DataSize media_held;
    double media_share = 1;  ///< of what is sent; the rest is headers, repair and control
  };
  virtual Path path() const = 0;
};

}  // namespace avocet::service
