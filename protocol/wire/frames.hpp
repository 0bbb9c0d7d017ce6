#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "protocol/base/ids.hpp"
#include "protocol/base/inline_vector.hpp"
#include "protocol/wire/codec.hpp"
#include "protocol/wire/packets.hpp"

/// What a sealed packet carries: frames, one after the other, to its end.
namespace avocet::wire {

/// A run of zero bytes: a probe, or the difference to the next datagram of a segmented write.
struct Padding {
  std::size_t more = 0;
  bool operator==(const Padding&) const = default;
};
template <>
struct Wire<Padding> {
  static constexpr std::uint64_t type = 0x00;
  static constexpr std::string_view name = "PADDING", meaning = "nothing";
  static constexpr std::tuple fields{
      Field{"more", &Padding::more, zeros, "zero bytes after the type, which is zero too"}};
};

struct Ping {
  bool operator==(const Ping&) const = default;
};
template <>
struct Wire<Ping> {
  static constexpr std::uint64_t type = 0x01;
  static constexpr std::string_view name = "PING", meaning = "asks for an acknowledgement";
  static constexpr std::tuple<> fields{};
};

struct AckRange {
  std::uint64_t gap = 0;
  std::uint64_t length = 0;
  bool operator==(const AckRange&) const = default;
};
template <>
struct Wire<AckRange> {
  static constexpr std::string_view name = "AckRange",
                                    meaning = "a further run of received packets, going down";
  static constexpr std::tuple fields{
      Field{"gap", &AckRange::gap, varint, "packets missing between the run above and this one, minus 1"},
      Field{"length", &AckRange::length, varint, "packets in this run, minus 1"}};
};

struct EcnCounts {
  std::uint64_t ect0 = 0, ect1 = 0, ce = 0;
  bool operator==(const EcnCounts&) const = default;
};
template <>
struct Wire<EcnCounts> {
  static constexpr std::string_view name = "EcnCounts",
                                    meaning = "marks seen on this path so far (RFC 9000 section 13.4)";
  static constexpr std::tuple fields{Field{"ect0", &EcnCounts::ect0, varint, "packets received with ECT(0)"},
                                     Field{"ect1", &EcnCounts::ect1, varint, "packets received with ECT(1)"},
                                     Field{"ce", &EcnCounts::ce, varint, "packets received with CE"}};
};

struct Arrival {
  std::uint32_t gap = 0;
  std::int64_t earlier = 0;
  bool operator==(const Arrival&) const = default;
};
template <>
struct Wire<Arrival> {
  static constexpr std::string_view name = "Arrival",
                                    meaning = "when a packet below the one before it in this list arrived";
  static constexpr std::tuple fields{
      Field{"gap", &Arrival::gap, varint, "packet numbers passed over, going down, since the previous entry"},
      Field{"earlier", &Arrival::earlier, varint_signed,
            "us that it arrived before the previous entry (negative: after)"}};
};

inline constexpr std::size_t max_ack_ranges = 64;
inline constexpr std::size_t max_arrivals = 256;

struct Ack {
  PacketNumber largest;
  Duration received_at{};
  Duration delay{};
  std::uint64_t first_run = 0;
  InlineVector<AckRange, max_ack_ranges> ranges;
  std::optional<EcnCounts> ecn;
  InlineVector<Arrival, max_arrivals> arrivals;
  bool operator==(const Ack&) const = default;
};
template <>
struct Wire<Ack> {
  static constexpr std::uint64_t type = 0x02;
  static constexpr std::string_view name = "ACK", meaning = "what has arrived, and when";
  static constexpr std::tuple fields{
      Field{"largest", &Ack::largest, varint, "largest packet number received"},
      Field{"received_at", &Ack::received_at, varint_us,
            "when it arrived, us of the receiver's clock (any origin)"},
      Field{"delay", &Ack::delay, varint_us, "how long the receiver held this acknowledgement, us"},
      Field{"first_run", &Ack::first_run, varint, "packets received in a row below the largest"},
      Field{"ranges", &Ack::ranges, counted<max_ack_ranges>(nested<AckRange>), "further runs, going down"},
      Field{"ecn", &Ack::ecn, optional(nested<EcnCounts>), "ECN counts, once a mark was seen"},
      Field{"arrivals", &Ack::arrivals, counted<max_arrivals>(nested<Arrival>),
            "arrival times of packets below the largest, going down; each is told twice, or until "
            "acknowledged"}};
  /// The runs must not pass below packet 0 (RFC 9000 section 19.3.1).
  static constexpr bool valid(const Ack& a) {
    if (a.first_run > a.largest.value) return false;
    std::uint64_t smallest = a.largest.value - a.first_run;
    for (const AckRange& range : a.ranges) {
      if (range.gap > max_varint || range.length > max_varint || range.gap + range.length + 2 > smallest)
        return false;
      smallest -= range.gap + range.length + 2;
    }
    std::uint64_t at = a.largest.value;
    for (const Arrival& arrival : a.arrivals) {
      if (std::uint64_t{arrival.gap} + 1 > at) return false;
      at -= std::uint64_t{arrival.gap} + 1;
    }
    return true;
  }
};

/// Part of the byte stream of handshake messages; in Handshake packets only.
struct HandshakeData {
  std::uint64_t offset = 0;
  ByteView data;
};
template <>
struct Wire<HandshakeData> {
  static constexpr std::uint64_t type = 0x03;
  static constexpr std::string_view name = "HANDSHAKE", meaning = "part of the stream of handshake messages";
  static constexpr std::tuple fields{
      Field{"offset", &HandshakeData::offset, varint, "position of the first byte"},
      Field{"data", &HandshakeData::data, blob<largest_datagram>, "bytes of the stream"}};
};

struct Stream {
  StreamId id;
  std::uint64_t offset = 0;
  bool fin = false;
  ByteView data;
};
template <>
struct Wire<Stream> {
  static constexpr std::uint64_t type = 0x04;
  static constexpr std::string_view name = "STREAM", meaning = "part of a reliable stream";
  static constexpr std::tuple fields{
      Field{"id", &Stream::id, varint,
            "stream; 0 carries the service, even ones are the client's, odd ones the server's"},
      Field{"offset", &Stream::offset, varint, "position of the first byte"},
      Field{"fin", &Stream::fin, u8, "1: the stream ends with this frame"},
      Field{"data", &Stream::data, blob<largest_datagram>, "bytes of the stream"}};
};

struct ResetStream {
  StreamId id;
  std::uint64_t code = 0;
  std::uint64_t final_size = 0;
  bool operator==(const ResetStream&) const = default;
};
template <>
struct Wire<ResetStream> {
  static constexpr std::uint64_t type = 0x05;
  static constexpr std::string_view name = "RESET_STREAM", meaning = "the sender gives a stream up";
  static constexpr std::tuple fields{
      Field{"id", &ResetStream::id, varint, "stream"},
      Field{"code", &ResetStream::code, varint, "why, as the service defines it"},
      Field{"final_size", &ResetStream::final_size, varint, "bytes sent on it in all"}};
};

struct MaxData {
  std::uint64_t limit = 0;
  bool operator==(const MaxData&) const = default;
};
template <>
struct Wire<MaxData> {
  static constexpr std::uint64_t type = 0x06;
  static constexpr std::string_view name = "MAX_DATA", meaning = "flow control of the connection";
  static constexpr std::tuple fields{
      Field{"limit", &MaxData::limit, varint, "bytes of all streams that may be sent in all"}};
};

struct MaxStreamData {
  StreamId id;
  std::uint64_t limit = 0;
  bool operator==(const MaxStreamData&) const = default;
};
template <>
struct Wire<MaxStreamData> {
  static constexpr std::uint64_t type = 0x07;
  static constexpr std::string_view name = "MAX_STREAM_DATA", meaning = "flow control of one stream";
  static constexpr std::tuple fields{
      Field{"id", &MaxStreamData::id, varint, "stream"},
      Field{"limit", &MaxStreamData::limit, varint, "bytes that may be sent on it in all"}};
};

struct MaxStreams {
  std::uint64_t limit = 0;
  bool operator==(const MaxStreams&) const = default;
};
template <>
struct Wire<MaxStreams> {
  static constexpr std::uint64_t type = 0x08;
  static constexpr std::string_view name = "MAX_STREAMS",
                                    meaning = "how many streams the peer may open in all";
  static constexpr std::tuple fields{
      Field{"limit", &MaxStreams::limit, varint, "streams, counted from the first"}};
};

/// A fragment of a media frame. The data of fragment index 0 begins with a FrameHead.
struct Media {
  TrackId track;
  FragmentNumber fragment;
  std::uint16_t index = 0;
  ByteView data;
};
template <>
struct Wire<Media> {
  static constexpr std::uint64_t type = 0x09;
  static constexpr std::string_view name = "MEDIA", meaning = "a fragment of a media frame";
  static constexpr std::tuple fields{
      Field{"track", &Media::track, varint, "track of the frame"},
      Field{"fragment", &Media::fragment, varint,
            "number of the fragment on its track, running on from frame to frame"},
      Field{"index", &Media::index, varint,
            "position of the fragment in its frame; 0 begins with the frame's head"},
      Field{"data", &Media::data, blob<largest_datagram>, "bytes of the frame"}};
  // AV-MED-3
  static constexpr bool valid(const Media& m) { return !m.data.empty() && m.index <= m.fragment.value; }
};

/// Reed-Solomon parity over `count` fragments of a track: row `row` of the Cauchy matrix whose element for
/// parity row i and fragment j is 1 / ((count + i) XOR j) in GF(2^8). What is protected of a fragment is a
/// Shard.
struct Parity {
  TrackId track;
  FragmentNumber first;
  std::uint8_t count = 0;
  std::uint8_t row = 0;
  ByteView data;
};
template <>
struct Wire<Parity> {
  static constexpr std::uint64_t type = 0x0a;
  static constexpr std::string_view name = "PARITY", meaning = "repair for a run of fragments of one track";
  static constexpr std::tuple fields{Field{"track", &Parity::track, varint, "track of the fragments"},
                                     Field{"first", &Parity::first, varint, "first fragment protected"},
                                     Field{"count", &Parity::count, u8, "fragments protected"},
                                     Field{"row", &Parity::row, u8, "which parity of this run"},
                                     Field{"data", &Parity::data, blob<largest_datagram>,
                                           "the parity of the shards, as long as the longest"}};
  static constexpr bool valid(const Parity& p) {  // AV-FEC-2
    return p.count > 0 && p.count + p.row < 255 && p.data.size() > 4;
  }
};

/// What parity protects of a fragment: its length and index with its data, zero-padded to the longest of the
/// run.
struct Shard {
  std::uint16_t length = 0;
  std::uint16_t index = 0;
  ByteView data;
};
template <>
struct Wire<Shard> {
  static constexpr std::string_view name = "Shard", meaning = "a fragment as parity protects it";
  static constexpr std::tuple fields{
      Field{"length", &Shard::length, u16, "bytes of data before the zero padding"},
      Field{"index", &Shard::index, u16, "position of the fragment in its frame"},
      Field{"data", &Shard::data, rest, "the data, zero-padded"}};
  // AV-FEC-3
  static constexpr bool valid(const Shard& s) { return s.length > 0 && s.length <= s.data.size(); }
};
inline constexpr std::size_t shard_header_size = 4;

inline constexpr std::size_t max_fragments_per_frame = 16384;
inline constexpr std::size_t max_frame_size = 8u << 20;

/// What stands before the payload in the first fragment of a frame.
struct FrameHead {
  FrameNumber number;
  std::uint16_t fragments = 0;
  std::uint32_t size = 0;
  std::int64_t pts = 0;
  std::uint32_t reorder = 0;
  std::uint32_t duration = 0;
  std::int64_t capture = 0;
  bool key = false, discardable = false, end_of_track = false;
  bool operator==(const FrameHead&) const = default;
};
template <>
struct Wire<FrameHead> {
  static constexpr std::string_view name = "FrameHead", meaning = "what a media frame is";
  static constexpr std::tuple fields{
      Field{"number", &FrameHead::number, varint,
            "number of the frame in decode order, the same in all renditions"},
      Field{"fragments", &FrameHead::fragments, varint, "fragments of the frame"},
      Field{"size", &FrameHead::size, varint, "bytes of the payload, this head left out"},
      Field{"pts", &FrameHead::pts, u64,
            "presentation time, ticks of the track's timebase, two's complement"},
      Field{"reorder", &FrameHead::reorder, varint, "ticks that decoding precedes presentation"},
      Field{"duration", &FrameHead::duration, varint, "ticks that the frame is shown"},
      Field{"capture", &FrameHead::capture, u64, "us of the sender's monotonic clock at capture"},
      bits<FrameHead>("flags", FixedBits<FrameHead>{"reserved", 0, 5, "zero"},
                      Bit{"key", &FrameHead::key, 1, "decodable by itself"},
                      Bit{"discardable", &FrameHead::discardable, 1, "no other frame refers to it"},
                      Bit{"end_of_track", &FrameHead::end_of_track, 1, "no frame follows on this track"})};
  static constexpr bool valid(const FrameHead& h) {  // AV-MED-6
    return h.fragments > 0 && h.fragments <= max_fragments_per_frame && h.size <= max_frame_size;
  }
};

struct PathChallenge {
  std::array<std::byte, 8> data{};
  bool operator==(const PathChallenge&) const = default;
};
template <>
struct Wire<PathChallenge> {
  static constexpr std::uint64_t type = 0x0b;
  static constexpr std::string_view name = "PATH_CHALLENGE",
                                    meaning = "asks whether the peer receives on this path";
  static constexpr std::tuple fields{Field{"data", &PathChallenge::data, bytes<8>, "unpredictable"}};
};

struct PathResponse {
  std::array<std::byte, 8> data{};
  bool operator==(const PathResponse&) const = default;
};
template <>
struct Wire<PathResponse> {
  static constexpr std::uint64_t type = 0x0c;
  static constexpr std::string_view name = "PATH_RESPONSE",
                                    meaning = "answers a challenge on the path it came by";
  static constexpr std::tuple fields{Field{"data", &PathResponse::data, bytes<8>, "the challenge's bytes"}};
};

struct NewId {
  std::uint64_t sequence = 0;
  std::uint64_t retire_before = 0;
  ConnectionId id;
  std::array<std::byte, 16> reset_token{};
  bool operator==(const NewId&) const = default;
};
template <>
struct Wire<NewId> {
  static constexpr std::uint64_t type = 0x0d;
  static constexpr std::string_view name = "NEW_ID",
                                    meaning = "a further connection id for the peer to send to";
  static constexpr std::tuple fields{
      Field{"sequence", &NewId::sequence, varint, "number of the id; the one of the handshake is 0"},
      Field{"retire_before", &NewId::retire_before, varint, "ids of lower numbers must be retired"},
      Field{"id", &NewId::id, u64, "the connection id"},
      Field{"reset_token", &NewId::reset_token, bytes<16>, "what a Reset for this id ends in"}};
  // AV-CID-9
  static constexpr bool valid(const NewId& n) { return n.retire_before <= n.sequence; }
};

struct RetireId {
  std::uint64_t sequence = 0;
  bool operator==(const RetireId&) const = default;
};
template <>
struct Wire<RetireId> {
  static constexpr std::uint64_t type = 0x0e;
  static constexpr std::string_view name = "RETIRE_ID",
                                    meaning = "this id of the peer's will not be used again";
  static constexpr std::tuple fields{Field{"sequence", &RetireId::sequence, varint, "number of the id"}};
};

struct Done {
  bool operator==(const Done&) const = default;
};
template <>
struct Wire<Done> {
  static constexpr std::uint64_t type = 0x0f;
  static constexpr std::string_view name = "DONE",
                                    meaning =
                                        "the server has verified ClientFinished; handshake keys are dropped";
  static constexpr std::tuple<> fields{};
};

struct Close {
  std::uint64_t code = 0;
  std::string reason;
  bool operator==(const Close&) const = default;
};
template <>
struct Wire<Close> {
  static constexpr std::uint64_t type = 0x10;
  static constexpr std::string_view name = "CLOSE", meaning = "the connection ends now";
  static constexpr std::tuple fields{Field{"code", &Close::code, varint, "why, see CloseCode"},
                                     Field{"reason", &Close::reason, text<256>, "why, for a person"}};
};

struct NewTicket {
  std::uint32_t lifetime = 0;
  std::uint64_t seals = 0;
  ByteView ticket;
};
template <>
struct Wire<NewTicket> {
  static constexpr std::uint64_t type = 0x11;
  static constexpr std::string_view name = "NEW_TICKET",
                                    meaning = "lets the client resume with a fresh key agreement";
  static constexpr std::tuple fields{
      Field{"lifetime", &NewTicket::lifetime, varint, "seconds, at most 86400"},
      Field{"seals", &NewTicket::seals, varint, "what of the service's it seals: a play's id; 0: nothing"},
      Field{"ticket", &NewTicket::ticket, blob<512>, "sealed by the server for itself"}};
  // AV-TKT-2
  static constexpr bool valid(const NewTicket& t) { return t.lifetime <= 86400 && !t.ticket.empty(); }
};

struct NewToken {
  ByteView token;
};
template <>
struct Wire<NewToken> {
  static constexpr std::uint64_t type = 0x12;
  static constexpr std::string_view name = "NEW_TOKEN",
                                    meaning = "proves the client's address in a later Hello";
  static constexpr std::tuple fields{
      Field{"token", &NewToken::token, blob<256>, "sealed by the server for itself"}};
  // AV-TKT-2
  static constexpr bool valid(const NewToken& t) { return !t.token.empty(); }
};

using Frames =
    Registry<Padding, Ping, Ack, HandshakeData, Stream, ResetStream, MaxData, MaxStreamData, MaxStreams,
             Media, Parity, PathChallenge, PathResponse, NewId, RetireId, Done, Close, NewTicket, NewToken>;

/// Reasons to end a connection. Below 0x100 the transport's, from there on the service's.
enum class CloseCode : std::uint64_t {
  none = 0x00,                ///< done; nothing went wrong
  internal = 0x01,            ///< a fault of the sender's own
  refused = 0x02,             ///< the server takes no connections now
  flow_control = 0x03,        ///< more stream data than was allowed
  stream_limit = 0x04,        ///< a stream past MAX_STREAMS
  final_size = 0x05,          ///< a stream's length changed
  frame_encoding = 0x06,      ///< a frame that the declaration does not allow
  protocol_violation = 0x07,  ///< a frame that is fine by itself, but not here
  handshake_failed = 0x08,    ///< a handshake message that did not verify
  untrusted = 0x09,           ///< the peer's identity is not the one expected
  idle = 0x0a,                ///< nothing was heard for the idle timeout; never sent
  key_limit = 0x0b,           ///< the keys have sealed all they may
  reset = 0x0c,               ///< the peer holds no state for the connection; never sent
  superseded = 0x100,         ///< the same user joined again
  service = 0x101,            ///< a service message that makes no sense
  going_away = 0x102,         ///< the server stops: it may be back soon
};

}  // namespace avocet::wire
