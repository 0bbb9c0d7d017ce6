#pragma once

#include <memory>
#include <optional>

#include "protocol/base/entropy.hpp"
#include "protocol/media/media_sender.hpp"
#include "protocol/session/config.hpp"
#include "protocol/session/established.hpp"
#include "protocol/session/events.hpp"
#include "protocol/session/receive_stream.hpp"
#include "protocol/session/stats.hpp"

namespace avocet::session {

using media::TrackOptions;

/// One secured connection. Sans-I/O: see driving.hpp for the loop. Not thread-safe; moves are cheap.
class Session {
 public:
  using Output = session::Output;

  /// A client that begins to connect to `server` with its next poll.
  static Session connect(const Config&, ClientCredentials, PeerAddress server, Entropy, Time now,
                         UnixTime calendar);
  /// A session whose handshake is done already, with the outcome given: it begins with the event Connected.
  static Session established(const Config&, std::shared_ptr<crypto::Context>, Role, const Established&,
                             Entropy, Time now);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// Never throws: bytes that are not ours are counted and dropped.
  void receive(Time now, const Datagram&);
  void wake(Time now);

  /// A new reliable stream of ours, if the peer allows one more. Stream 0 exists from the start.
  std::optional<StreamId> open_stream();
  /// Appends to a stream. All of `data` is taken or nothing.
  Admission write(Time now, StreamId, ByteView data, bool fin = false);
  /// What has arrived in order on a stream and was not read yet; flow control opens by as much. `fin` when it
  /// ends there.
  StreamRead read(Time now, StreamId);
  void reset(Time now, StreamId, std::uint64_t code);

  /// Declares a track that send() will use.
  void open_track(TrackId, TrackOptions);
  /// Queues a frame; its payload is shared, not copied. With a deadline it is given up when it can no longer
  /// arrive by then, without one it is repaired until delivered or cancelled.
  Admission send(Time now, TrackId, const media::Frame&, std::optional<Time> deadline);
  /// Gives up all frames of the track from this number on, sent or not, that are not yet delivered.
  void cancel(TrackId, FrameNumber from);
  /// The first frame of the track from `from` on that the peer has not acknowledged whole; nothing when it
  /// has all.
  std::optional<FrameNumber> first_undelivered(TrackId, FrameNumber from) const;
  void close_track(TrackId);
  /// Bytes of the track's frames that were accepted and never sent yet.
  std::size_t bytes_unsent(TrackId) const;
  /// Live video of the track was given up, and waits for the next key frame.
  bool needs_key_frame(TrackId) const;
  /// The most that media will ever need (a library's best rendition): the path is not probed above it.
  void set_ceiling(DataRate);
  /// Share of the path relative to other connections of this kind; 1 is normal.
  void set_weight(double);
  /// Forgets what is held for reassembly on a track of the peer's; later fragments of it are dropped.
  void ignore_track(TrackId);

  /// Seals with new keys from the next packet on; the peer follows. False when that is not allowed yet: while
  /// the peer has not acknowledged a packet under the current keys, or the update before is not forgotten.
  /// Keys are updated without being asked too, by Config::keys.
  bool update_keys(Time now);

  /// (Server) Gives the client a ticket that seals `sealed`, at most wire::max_sealed_service bytes: they
  /// come back with Resuming. The client is told `seals`, a number of the service's, not 0. Nothing before
  /// Connected.
  void issue_ticket(Time now, std::uint64_t seals, ByteView sealed);

  /// A client's packets leave from `local` from now on: the driver has a new socket, because the old address
  /// is gone or worse. What still arrives at the old one is welcome. Nothing happens before Connected.
  void move_to(Time now, PeerAddress local);

  /// Ends the connection: CLOSE goes out, and after a while Closed comes.
  void close(Time now, wire::CloseCode, std::string_view reason);

  Output poll(Time now, ByteSpan room, std::size_t max_segments);

  bool connected() const;
  /// Whether send() and write() have an effect: from Connected, or Resuming, on.
  bool may_send() const;
  Role role() const;
  Stats stats() const;
  PathEstimate path() const;

 private:
  friend class Listener;
  class Impl;
  explicit Session(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace avocet::session
