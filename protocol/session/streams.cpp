#include "protocol/session/streams.hpp"

#include <algorithm>

namespace avocet::session {
namespace {

using recovery::Carried;
using wire::CloseCode;

/// Separate ranges of all streams together that are held until the gaps between them are filled.
constexpr std::size_t max_ranges = 1024;
/// A new packet is better than a shorter piece of a longer run.
constexpr std::size_t worthwhile = 32;

/// Position of a stream among those of its opener, from 1; stream 0 has 0.
constexpr std::uint64_t ordinal(StreamId id) { return (id.value + 1) / 2; }
constexpr StreamId nth(std::uint64_t ordinal, bool of_client) { return {2 * ordinal - (of_client ? 0 : 1)}; }

/// Data bytes that a STREAM frame can carry in what is left of the room; nothing when not even its header
/// fits.
std::optional<std::size_t> data_room(const wire::Writer& w, StreamId id, std::uint64_t highest_offset) {
  const std::size_t header = 1 + wire::varint_size(id.value) + wire::varint_size(highest_offset) + 1;
  if (w.remaining() <= header) return std::nullopt;
  const std::size_t left = w.remaining() - header;
  return left - std::min(left, wire::varint_size(left));
}

void put(wire::Writer& w, recovery::CarriedList& carried, StreamId id, const SendStream::Chunk& chunk) {
  wire::write_typed(w, wire::Stream{.id = id, .offset = chunk.offset, .fin = chunk.fin, .data = chunk.data});
  carried.push_back({.what = Carried::What::stream,
                     .flag = chunk.fin,
                     .length = static_cast<std::uint32_t>(chunk.data.size()),
                     .id = id.value,
                     .begin = chunk.offset});
}

template <class Frame>
bool put(wire::Writer& w, recovery::CarriedList& carried, const Frame& frame, const Carried& what) {
  if (carried.full() || w.remaining() < wire::typed_size(frame)) return false;
  wire::write_typed(w, frame);
  return carried.push_back(what);
}

/// Limits are told again when half of what they allow is used up: rarely, and before the peer has to stop.
constexpr bool worth_telling(std::uint64_t known, std::uint64_t now, std::uint64_t window) {
  return now > known && 2 * (now - known) >= window;
}

}  // namespace

Streams::Streams(Role role, const Config& config)
    : role_(role),
      window_(config.max_data),
      stream_window_(config.max_stream_data),
      max_streams_(config.max_streams),
      max_send_buffer_(config.max_send_buffer),
      max_data_(config.max_data),
      peer_limit_(config.max_streams) {
  streams_.try_emplace(StreamId{0}, 0, stream_window_);
}

void Streams::set_peer_limits(const wire::Parameters& peer) {
  peer_stream_window_ = peer.max_stream_data;
  peer_max_data_ = std::max(peer_max_data_, peer.max_data);
  peer_max_streams_ = std::max(peer_max_streams_, peer.max_streams);
  for (auto& [id, stream] : streams_) stream.out.raise_limit(peer.max_stream_data);
}

std::optional<StreamId> Streams::open_stream() {
  constexpr std::uint64_t most = wire::max_varint / 2;
  if (opened_ >= std::min(peer_max_streams_, most)) return std::nullopt;
  const StreamId id = nth(++opened_, role_ == Role::client);
  streams_.try_emplace(id, peer_stream_window_, stream_window_);
  return id;
}

Admission Streams::write(StreamId id, ByteView data, bool fin) {
  Stream* stream = find(id);
  if (stream == nullptr || !stream->out.writable()) return Admission::closed;
  if (data.size() > max_send_buffer_ - send_held_) {
    stream->room_wanted = data.size();
    refused_ = true;
    return Admission::full;
  }
  stream->room_wanted = 0;
  stream->out.write(data);
  send_held_ += data.size();
  if (fin) stream->out.finish();
  return Admission::accepted;
}

/// What the receiving halves hold is summed up as it changes.
template <class Change>
auto Streams::change_incoming(Stream& stream, Change&& change) {
  receive_held_ -= stream.in.held();
  ranges_ -= stream.in.ranges();
  auto out = change();
  receive_held_ += stream.in.held();
  ranges_ += stream.in.ranges();
  return out;
}

std::size_t Streams::memory() const {
  constexpr std::size_t node = sizeof(Map::value_type) + 4 * sizeof(void*);
  std::size_t bytes = eventful_.capacity() * sizeof(StreamId);
  for (const auto& [id, stream] : streams_) bytes += node + stream.out.memory() + stream.in.memory();
  return bytes;
}

StreamRead Streams::read(StreamId id) {
  Stream* stream = find(id);
  if (stream == nullptr) return {};
  const std::uint64_t consumed = stream->in.consumed();
  StreamRead out = change_incoming(*stream, [&] { return stream->in.read(); });
  consumed_ += stream->in.consumed() - consumed;
  stream->told = false;
  stream->limit_due |= stream->in.limit_to_announce().has_value();
  retire_if_over(id);
  return out;
}

void Streams::reset(StreamId id, std::uint64_t code) {
  Stream* stream = find(id);
  if (stream == nullptr || stream->reset != Stream::Reset::none || stream->out.complete()) return;
  const std::size_t held = stream->out.held();
  stream->out.reset();
  stream->reset = Stream::Reset::to_send;
  stream->reset_code = std::min(code, wire::max_varint);
  stream->room_wanted = 0;
  on_freed(id, held);
}

std::optional<CloseCode> Streams::on_stream(const wire::Stream& frame) {
  const auto reached = reach(frame.id);
  if (!reached) return reached.error();
  if (*reached == nullptr) return std::nullopt;
  Stream& stream = **reached;
  const std::uint64_t highest = stream.in.highest(), end = frame.offset + frame.data.size();
  const std::uint64_t more = std::max(highest, end) - highest;
  if (more > max_data_ - received_) return CloseCode::flow_control;  // AV-FLOW-2
  const auto broken =
      change_incoming(stream, [&] { return stream.in.insert(frame.offset, frame.data, frame.fin); });
  if (broken) return broken;
  if (ranges_ > max_ranges) return CloseCode::internal;  // AV-STR-8
  received_ += more;
  on_arrival(frame.id, stream);
  return std::nullopt;
}

std::optional<CloseCode> Streams::on_reset_stream(const wire::ResetStream& frame) {
  const auto reached = reach(frame.id);
  if (!reached) return reached.error();
  if (*reached == nullptr) return std::nullopt;
  Stream& stream = **reached;
  const std::uint64_t highest = stream.in.highest(), consumed = stream.in.consumed();
  const std::uint64_t more = std::max(highest, frame.final_size) - highest;
  if (more > max_data_ - received_) return CloseCode::flow_control;
  const bool was_complete = stream.in.complete();
  const auto broken = change_incoming(stream, [&] { return stream.in.reset(frame.final_size); });
  if (broken) return broken;
  received_ += more;
  consumed_ += stream.in.consumed() - consumed;
  if (was_complete) return std::nullopt;
  stream.peer_reset_code = frame.code;
  stream.reset_due = true;
  announce(frame.id, stream);
  return std::nullopt;
}

std::optional<CloseCode> Streams::on_max_data(const wire::MaxData& frame) {
  peer_max_data_ = std::max(peer_max_data_, frame.limit);  // AV-FLOW-3
  return std::nullopt;
}

std::optional<CloseCode> Streams::on_max_stream_data(const wire::MaxStreamData& frame) {
  const auto reached = reach(frame.id);
  if (!reached) return reached.error();
  if (*reached != nullptr) (*reached)->out.raise_limit(frame.limit);
  return std::nullopt;
}

std::optional<CloseCode> Streams::on_max_streams(const wire::MaxStreams& frame) {
  peer_max_streams_ = std::max(peer_max_streams_, frame.limit);
  return std::nullopt;
}

bool Streams::wants_to_send() const {
  if (max_data_due() || max_streams_due()) return true;
  return std::ranges::any_of(streams_, [this](const auto& entry) {
    const Stream& stream = entry.second;
    return stream.limit_due || stream.reset == Stream::Reset::to_send || stream.out.has_lost() ||
           stream.out.fin_sendable() || stream.out.sendable(credit()) > 0;
  });
}

void Streams::fill(wire::Writer& w, recovery::CarriedList& carried) {
  for (auto& [id, stream] : streams_) fill_lost(id, stream, w, carried);
  fill_limits(w, carried);
  fill_new(w, carried);
}

void Streams::on_acked(const Carried& carried) {
  const StreamId id{carried.id};
  Stream* stream = find(id);
  if (stream == nullptr) return;
  if (carried.what == Carried::What::stream) {
    const std::size_t held = stream->out.held();
    stream->out.on_acked(carried.begin, carried.length, carried.flag);
    on_freed(id, held);
  } else if (carried.what == Carried::What::reset_stream) {
    stream->reset = Stream::Reset::acked;
    retire_if_over(id);
  }
}

void Streams::on_lost(const Carried& carried) {
  using What = Carried::What;
  // Of a limit only the highest value told matters; an older one that got lost is history.
  if (carried.what == What::max_data) max_data_lost_ |= carried.begin == max_data_;
  if (carried.what == What::max_streams) max_streams_lost_ |= carried.begin == peer_limit_;
  Stream* stream = find(StreamId{carried.id});
  if (stream == nullptr) return;
  if (carried.what == Carried::What::stream) {
    stream->out.on_lost(carried.begin, carried.length, carried.flag);
  } else if (carried.what == What::reset_stream && stream->reset == Stream::Reset::sent) {
    stream->reset = Stream::Reset::to_send;
  } else if (carried.what == What::max_stream_data) {
    stream->limit_due |= carried.begin == stream->in.limit() && !stream->in.complete();
  }
}

std::optional<Event> Streams::next_event() {
  while (!eventful_.empty()) {
    const StreamId id = eventful_.front();
    Stream* stream = find(id);
    if (stream != nullptr) {
      if (std::exchange(stream->readable_due, false) && stream->in.readable()) {
        stream->told = true;
        return StreamReadable{id};
      }
      if (std::exchange(stream->reset_due, false)) {
        const StreamReset event{id, stream->peer_reset_code};
        retire_if_over(id);
        return event;
      }
      if (std::exchange(stream->writable_due, false) && stream->out.writable()) return StreamWritable{id};
      stream->queued = false;
    }
    eventful_.erase(eventful_.begin());
  }
  return std::nullopt;
}

bool Streams::ours(StreamId id) const { return (id.value % 2 == 0) == (role_ == Role::client); }

Streams::Stream* Streams::find(StreamId id) {
  const auto at = streams_.find(id);
  return at == streams_.end() ? nullptr : &at->second;
}

/// The stream that a frame of the peer's is about; it comes into being, with all below it (RFC 9000
/// section 3.2), if it may. Null when it has ended.
std::expected<Streams::Stream*, CloseCode> Streams::reach(StreamId id) {
  if (ours(id)) {
    if (ordinal(id) > opened_) return std::unexpected(CloseCode::protocol_violation);
  } else {
    if (ordinal(id) > peer_limit_) return std::unexpected(CloseCode::stream_limit);  // AV-STR-3
    while (peer_opened_ < ordinal(id)) {
      streams_.try_emplace(nth(++peer_opened_, role_ == Role::server), peer_stream_window_, stream_window_);
    }
  }
  return find(id);
}

void Streams::on_arrival(StreamId id, Stream& stream) {
  if (stream.told || stream.readable_due || !stream.in.readable()) return;
  stream.readable_due = true;
  announce(id, stream);
}

/// Data of a stream was acknowledged or given up.
void Streams::on_freed(StreamId id, std::size_t held_before) {
  send_held_ -= held_before - find(id)->out.held();
  if (refused_) {
    refused_ = false;
    for (auto& [other, stream] : streams_) {
      if (stream.room_wanted == 0) continue;
      if (stream.room_wanted > max_send_buffer_ - send_held_) {
        refused_ = true;
        continue;
      }
      stream.room_wanted = 0;
      stream.writable_due = true;
      announce(other, stream);
    }
  }
  retire_if_over(id);
}

/// A stream is over when both directions are and its reader knows.
void Streams::retire_if_over(StreamId id) {
  const auto at = streams_.find(id);
  const Stream& stream = at->second;
  const bool sent = stream.out.complete() || stream.reset == Stream::Reset::acked;
  if (!sent || !stream.in.complete() || stream.reset_due) return;
  if (!ours(id) && ordinal(id) > 0) ++peer_ended_;
  streams_.erase(at);
}

void Streams::announce(StreamId id, Stream& stream) {
  if (!std::exchange(stream.queued, true)) eventful_.push_back(id);
}

bool Streams::max_data_due() const {
  return max_data_lost_ || worth_telling(max_data_, consumed_ + window_, window_);
}

bool Streams::max_streams_due() const {
  return max_streams_lost_ || worth_telling(peer_limit_, peer_ended_ + max_streams_, max_streams_);
}

void Streams::fill_lost(StreamId id, Stream& stream, wire::Writer& w, recovery::CarriedList& carried) {
  if (stream.reset == Stream::Reset::to_send) {
    const wire::ResetStream frame{.id = id, .code = stream.reset_code, .final_size = stream.out.sent()};
    if (!put(w, carried, frame, {.what = Carried::What::reset_stream, .id = id.value})) return;
    stream.reset = Stream::Reset::sent;
  }
  while (stream.out.has_lost() && !carried.full()) {
    const auto room = data_room(w, id, stream.out.sent());
    if (!room || *room < std::min(worthwhile, stream.out.held())) return;
    const auto chunk = stream.out.next_lost(*room);
    if (!chunk) return;
    put(w, carried, id, *chunk);
  }
}

void Streams::fill_limits(wire::Writer& w, recovery::CarriedList& carried) {
  if (max_data_due()) {
    const std::uint64_t limit = consumed_ + window_;
    if (!put(w, carried, wire::MaxData{limit}, {.what = Carried::What::max_data, .begin = limit})) return;
    max_data_ = limit;
    max_data_lost_ = false;
  }
  if (max_streams_due()) {
    const std::uint64_t limit = peer_ended_ + max_streams_;
    if (!put(w, carried, wire::MaxStreams{limit}, {.what = Carried::What::max_streams, .begin = limit}))
      return;
    peer_limit_ = limit;
    max_streams_lost_ = false;
  }
  for (auto& [id, stream] : streams_) {
    if (!stream.limit_due) continue;
    const std::uint64_t limit = stream.in.limit_to_announce().value_or(stream.in.limit());
    const Carried what{.what = Carried::What::max_stream_data, .id = id.value, .begin = limit};
    if (!put(w, carried, wire::MaxStreamData{id, limit}, what)) return;
    stream.in.announced(limit);
    stream.limit_due = false;
  }
}

/// Stream 0 first, then one chunk for each that has something, beginning after the one served last.
void Streams::fill_new(wire::Writer& w, recovery::CarriedList& carried) {
  if (const auto zero = streams_.find(StreamId{0}); zero != streams_.end()) {  // AV-STR-9
    if (!fill_new_of(zero->first, zero->second, w, carried)) return;
  }
  const StreamId last = turn_;
  auto at = streams_.upper_bound(last);
  for (std::size_t i = 0; i < streams_.size(); ++i, ++at) {
    if (at == streams_.end()) at = streams_.begin();
    if (at->first.value == 0) continue;
    const std::uint64_t before = sent_;
    const bool more_room = fill_new_of(at->first, at->second, w, carried);
    if (sent_ > before) turn_ = at->first;
    if (!more_room) return;
  }
}

/// False when there is no room for any stream.
bool Streams::fill_new_of(StreamId id, Stream& stream, wire::Writer& w, recovery::CarriedList& carried) {
  const std::uint64_t sendable = stream.out.sendable(credit());
  if (sendable == 0 && !stream.out.fin_sendable()) return true;
  const auto room = data_room(w, id, stream.out.sent());
  if (carried.full() || !room || *room < std::min<std::uint64_t>(worthwhile, sendable)) return false;
  const auto chunk = stream.out.next_new(std::min<std::uint64_t>(*room, sendable));
  if (!chunk) return true;
  sent_ += chunk->data.size();
  put(w, carried, id, *chunk);
  return true;
}

}  // namespace avocet::session
