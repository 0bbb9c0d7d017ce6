#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <vector>

#include "protocol/recovery/carried.hpp"
#include "protocol/session/config.hpp"
#include "protocol/session/events.hpp"
#include "protocol/session/receive_stream.hpp"
#include "protocol/session/send_stream.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::session {

/// All reliable streams of a connection, with flow control and stream limits (RFC 9000 sections 2 to 4).
/// Every stream goes both ways. Stream 0 exists from the start and counts for nobody; the client's further
/// ones are 2, 4, ..., the server's 1, 3, ... What it holds is bounded by `max_send_buffer` and `max_data`.
class Streams {
 public:
  Streams(Role, const Config&);
  /// Until this is called nothing may be sent and no stream opened.
  void set_peer_limits(const wire::Parameters&);

  /// As Session documents them. A write larger than Config::max_send_buffer is never accepted. reset() gives
  /// up our direction only: a stream is over when both have ended and the end was read.
  std::optional<StreamId> open_stream();
  Admission write(StreamId, ByteView data, bool fin);
  StreamRead read(StreamId);
  void reset(StreamId, std::uint64_t code);

  /// From the peer. A code when it broke a rule: the connection is to be closed with it.
  std::optional<wire::CloseCode> on_stream(const wire::Stream&);
  std::optional<wire::CloseCode> on_reset_stream(const wire::ResetStream&);
  std::optional<wire::CloseCode> on_max_data(const wire::MaxData&);
  std::optional<wire::CloseCode> on_max_stream_data(const wire::MaxStreamData&);
  std::optional<wire::CloseCode> on_max_streams(const wire::MaxStreams&);

  /// True exactly when fill() with a packet's worth of room would write something.
  bool wants_to_send() const;
  /// Appends as many frames as fit into the room and the list; never overruns either.
  void fill(wire::Writer&, recovery::CarriedList&);
  /// What fill() listed; other kinds of Carried are ignored.
  void on_acked(const recovery::Carried&);
  void on_lost(const recovery::Carried&);

  /// StreamReadable (once per batch: again only after a read), StreamWritable and StreamReset.
  std::optional<Event> next_event();

  /// Bytes held for sending and for reassembly.
  std::size_t bytes_held() const { return send_held_ + receive_held_; }
  /// Bytes of storage, with what is kept for reuse.
  std::size_t memory() const;
  /// Streams that are not over yet.
  std::size_t open() const { return streams_.size(); }

 private:
  struct Stream {
    Stream(std::uint64_t send_limit, std::uint64_t window) : out(send_limit), in(window) {}
    SendStream out;
    ReceiveStream in;
    std::size_t room_wanted = 0;   // of the write that was refused
    std::uint64_t reset_code = 0;  // ours
    std::uint64_t peer_reset_code = 0;
    enum class Reset : std::uint8_t { none, to_send, sent, acked } reset = Reset::none;
    bool limit_due = false;  // MAX_STREAM_DATA
    bool told = false;       // that there is something to read, since the last read
    bool readable_due = false, writable_due = false, reset_due = false, queued = false;  // events
  };
  using Map = std::map<StreamId, Stream>;

  bool ours(StreamId) const;
  Stream* find(StreamId);
  std::expected<Stream*, wire::CloseCode> reach(StreamId);
  void on_arrival(StreamId, Stream&);
  void on_freed(StreamId, std::size_t held_before);
  void retire_if_over(StreamId);
  template <class Change>
  auto change_incoming(Stream&, Change&&);
  void announce(StreamId, Stream&);
  bool max_data_due() const;
  bool max_streams_due() const;
  void fill_lost(StreamId, Stream&, wire::Writer&, recovery::CarriedList&);
  void fill_limits(wire::Writer&, recovery::CarriedList&);
  void fill_new(wire::Writer&, recovery::CarriedList&);
  bool fill_new_of(StreamId, Stream&, wire::Writer&, recovery::CarriedList&);
  std::uint64_t credit() const { return peer_max_data_ - sent_; }

  Role role_;
  std::uint64_t window_, stream_window_, max_streams_;
  std::size_t max_send_buffer_;
  std::uint64_t peer_stream_window_ = 0, peer_max_data_ = 0, peer_max_streams_ = 0;  // what we may
  std::uint64_t max_data_, received_ = 0, consumed_ = 0;                             // what the peer may
  std::uint64_t sent_ = 0;    // new bytes of all streams
  std::uint64_t opened_ = 0;  // by us
  std::uint64_t peer_opened_ = 0, peer_ended_ = 0, peer_limit_;
  bool max_data_lost_ = false, max_streams_lost_ = false;
  bool refused_ = false;  // some stream has room_wanted
  std::size_t send_held_ = 0, receive_held_ = 0;
  std::size_t ranges_ = 0;  // of all streams, not yet in order
  StreamId turn_{0};        // served last with new data
  Map streams_;
  std::vector<StreamId> eventful_;  // streams with an event to tell, in order
};

}  // namespace avocet::session
