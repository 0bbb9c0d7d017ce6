#include <algorithm>

#include "dissector/follower.hpp"

/// Reliable streams: what came before, who broke a limit, and the messages of the handshake.
namespace avocet::dissector {

void Follower::on(const wire::HandshakeData& data) {
  tell_repetition(own_.handshake_stream.add(data.offset, data.data, seen_));
  tell(Derived::stream_bytes, own_.handshake_stream.received());
  if (data.offset + data.data.size() > wire::max_handshake_stream)
    judge(Finding::flow_control, "More than 16384 bytes of handshake (AV-HS-26)");
  take_handshake_messages();
}

void Follower::on(const wire::Stream& frame) {
  Flow::Stream& stream = own_.streams[frame.id.value];
  tell_repetition(stream.bytes.add(frame.offset, frame.data, seen_));
  tell(Derived::stream_bytes, stream.bytes.received());
  check_stream(frame.id.value, frame.offset + frame.data.size(), frame.fin);
  if (frame.id.value == 0) take_service_messages(stream.bytes);
}

void Follower::on(const wire::ResetStream& reset) { check_stream(reset.id.value, reset.final_size, true); }

void Follower::on(const wire::MaxData& max) { peer_.granted = std::max(peer_.granted, max.limit); }
void Follower::on(const wire::MaxStreams& max) {
  peer_.granted_streams = std::max(peer_.granted_streams, max.limit);
}
void Follower::on(const wire::MaxStreamData& max) {
  std::uint64_t& granted = peer_.streams[max.id.value].granted;
  granted = std::max(granted, max.limit);
}

void Follower::tell_repetition(const ByteStream::Outcome& outcome) {
  if (outcome.contradiction) judge(Finding::stream_contradiction);
  if (!outcome.original) return;
  record_.link(frame_, Derived::retransmission_of, *outcome.original, Derived::retransmission_in);
  tell(Derived::retransmission_delay, seen_.at - outcome.original->at);
  judge(Finding::retransmission);
}

void Follower::check_stream(std::uint64_t id, std::uint64_t end, bool fin) {
  Flow::Stream& stream = own_.streams[id];
  const bool beyond = stream.final_size && end > *stream.final_size;
  const bool moved = fin && stream.final_size && end != *stream.final_size;
  if (beyond || moved) judge(Finding::final_size);
  if (fin && !stream.final_size) stream.final_size = end;
  check_limits(id, stream, end);
}

/// AV-FLOW-1, AV-STR-2: what the peer's Parameters and later frames allow. Unknown without the handshake.
void Follower::check_limits(std::uint64_t id, const Flow::Stream& stream, std::uint64_t end) {
  if (!peer_.parameters) return;
  const std::uint64_t allowed = std::max(peer_.parameters->max_stream_data, stream.granted);
  if (end > allowed)
    judge(Finding::flow_control, "Stream " + std::to_string(id) + " reaches byte " + std::to_string(end) +
                                     ", allowed are " + std::to_string(allowed) + " (AV-FLOW-1)");
  const bool own_stream = id != 0 && (id % 2 == 0) == (sender_ == Side::client);
  const std::uint64_t count = id % 2 == 0 ? id / 2 : id / 2 + 1;
  const std::uint64_t most = std::max(peer_.parameters->max_streams, own_.granted_streams);
  if (own_stream && count > most)
    judge(Finding::stream_limit, "Stream " + std::to_string(id) + " is number " + std::to_string(count) +
                                     ", allowed are " + std::to_string(most) + " (AV-STR-2)");
}

void Follower::take_handshake_messages() {
  ByteStream& stream = own_.handshake_stream;
  while (true) {
    const ByteView ready = stream.ready();
    const auto extent = wire::next_message(ready, wire::max_handshake_stream);
    if (!extent) return judge(Finding::malformed, "No handshake message begins here (AV-HS-25)");
    if (!*extent) return;
    const ByteView whole = ready.first((*extent)->header + (*extent)->body);
    const ByteView body = whole.subspan((*extent)->header);
    check_order((*extent)->type);
    if ((*extent)->type == wire::Wire<wire::Parameters>::type) {
      if (const auto parameters = wire::decode<wire::Parameters>(body)) own_.parameters = *parameters;
    }
    record_.assembled.push_back(
        {frame_, Assembled::What::handshake, std::make_shared<Bytes>(whole.begin(), whole.end())});
    stream.consume(whole.size());
  }
}

/// AV-HS-27: Parameters, Identity, Verify, Finished; the middle two are left out when resuming.
void Follower::check_order(std::uint64_t type) {
  const std::uint64_t server[] = {wire::Wire<wire::Parameters>::type, wire::Wire<wire::ServerIdentity>::type,
                                  wire::Wire<wire::ServerVerify>::type,
                                  wire::Wire<wire::ServerFinished>::type};
  const std::uint64_t client[] = {wire::Wire<wire::Parameters>::type, wire::Wire<wire::ClientIdentity>::type,
                                  wire::Wire<wire::ClientVerify>::type,
                                  wire::Wire<wire::ClientFinished>::type};
  std::size_t step = own_.handshake_messages++;
  if (connection_.resumed && step == 1) step = 3;
  const auto& order = sender_ == Side::server ? server : client;
  if (step >= std::size(order) || order[step] != type) judge(Finding::handshake_order);
}

}  // namespace avocet::dissector
