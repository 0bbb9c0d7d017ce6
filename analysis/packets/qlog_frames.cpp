#include "analysis/packets/qlog_frames.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "protocol/wire/frames.hpp"

namespace avocet::analysis {
namespace {

using wire::PacketKind;

std::string with_length(std::size_t length) {
  return fmt::format("\"length\":{},\"raw\":{{\"payload_length\":{}}}", length, length);
}

std::string named(std::string_view name, std::string_view more = {}) {
  return fmt::format("{{\"frame_type\":\"{}\"{}{}}}", name, more.empty() ? "" : ",", more);
}

std::string text(const wire::Padding& f) { return named("padding", with_length(f.more + 1)); }
std::string text(const wire::Ping&) { return named("ping"); }

std::string text(const wire::Ack& f) {
  std::uint64_t high = f.largest.value, low = high - f.first_run;
  std::string ranges;  // qlog wants them ascending
  const auto add = [&] { ranges.insert(0, fmt::format("[{},{}]{}", low, high, ranges.empty() ? "" : ",")); };
  add();
  for (const wire::AckRange& range : f.ranges) {
    high = low - range.gap - 2;
    low = high - range.length;
    add();
  }
  std::string more = fmt::format("\"ack_delay\":{},\"acked_ranges\":[{}]",
                                 std::chrono::duration<double, std::milli>(f.delay).count(), ranges);
  if (f.ecn) more += fmt::format(",\"ect0\":{},\"ect1\":{},\"ce\":{}", f.ecn->ect0, f.ecn->ect1, f.ecn->ce);
  return named("ack", more);
}

std::string text(const wire::HandshakeData& f) {
  return named("crypto", fmt::format("\"offset\":{},{}", f.offset, with_length(f.data.size())));
}

std::string text(const wire::Stream& f) {
  return named("stream", fmt::format("\"stream_id\":{},\"offset\":{},\"fin\":{},{}", f.id.value, f.offset,
                                     static_cast<bool>(f.fin), with_length(f.data.size())));
}

std::string text(const wire::ResetStream& f) {
  return named("reset_stream", fmt::format("\"stream_id\":{},\"error_code\":{},\"final_size\":{}", f.id.value,
                                           f.code, f.final_size));
}

std::string text(const wire::MaxData& f) { return named("max_data", fmt::format("\"maximum\":{}", f.limit)); }

std::string text(const wire::MaxStreamData& f) {
  return named("max_stream_data", fmt::format("\"stream_id\":{},\"maximum\":{}", f.id.value, f.limit));
}

std::string text(const wire::MaxStreams& f) {
  return named("max_streams", fmt::format("\"stream_type\":\"bidirectional\",\"maximum\":{}", f.limit));
}

std::string text(const wire::Media& f) {
  return named("datagram", fmt::format("\"kind\":\"media\",\"track\":{},\"fragment\":{},\"index\":{},{}",
                                       f.track.value, f.fragment.value, f.index, with_length(f.data.size())));
}

std::string text(const wire::Parity& f) {
  return named("datagram",
               fmt::format("\"kind\":\"parity\",\"track\":{},\"first\":{},\"count\":{},\"row\":{},{}",
                           f.track.value, f.first.value, f.count, f.row, with_length(f.data.size())));
}

std::string text(const wire::PathChallenge& f) {
  return named("path_challenge", fmt::format("\"data\":\"{}\"", to_hex(f.data)));
}
std::string text(const wire::PathResponse& f) {
  return named("path_response", fmt::format("\"data\":\"{}\"", to_hex(f.data)));
}

std::string text(const wire::NewId& f) {
  return named("new_connection_id",
               fmt::format("\"sequence_number\":{},\"retire_prior_to\":{},\"connection_id_length\":8,"
                           "\"connection_id\":\"{:016x}\"",
                           f.sequence, f.retire_before, f.id.value));
}
std::string text(const wire::RetireId& f) {
  return named("retire_connection_id", fmt::format("\"sequence_number\":{}", f.sequence));
}

std::string text(const wire::Done&) { return named("handshake_done"); }

std::string text(const wire::Close& f) {
  return named("connection_close", fmt::format("\"error_space\":\"{}\",\"error_code\":{},\"reason\":{}",
                                               f.code < 0x100 ? "transport" : "application", f.code,
                                               nlohmann::json(f.reason).dump(
                                                   -1, ' ', true, nlohmann::json::error_handler_t::replace)));
}

std::string text(const wire::NewTicket& f) {
  return named("new_token",
               fmt::format("\"token\":{{\"type\":\"resumption\"}},{}", with_length(f.ticket.size())));
}
std::string text(const wire::NewToken& f) {
  return named("new_token", fmt::format("\"token\":{{\"type\":\"retry\"}},{}", with_length(f.token.size())));
}

}  // namespace

std::string_view qlog_packet_type(PacketKind kind) {
  switch (kind) {
    case PacketKind::protected_: return "1RTT";
    case PacketKind::handshake: return "handshake";
    case PacketKind::hello:
    case PacketKind::server_hello: return "initial";
    case PacketKind::retry: return "retry";
    case PacketKind::refuse: return "version_negotiation";
    case PacketKind::reset: return "stateless_reset";
  }
  return "unknown";
}

std::string qlog_packet(const Packet& packet, std::size_t size) {
  // Packets in the clear have no numbers; each end sends few, and qlog wants one: 0.
  std::string out = fmt::format(
      "{{\"header\":{{\"packet_type\":\"{}\",\"packet_number\":{},\"dcid\":\"{:016x}\"}}",
      qlog_packet_type(packet.kind), packet.number.value_or(PacketNumber{}).value, packet.id.value);
  out += fmt::format(",\"raw\":{{\"length\":{}", size);
  if (packet.opened) out += fmt::format(",\"payload_length\":{}", packet.frames.size());
  out += "},\"frames\":[";
  bool first = true;
  const auto add = [&](const std::string& frame) {
    if (!std::exchange(first, false)) out += ',';
    out += frame;
  };
  if (packet.opened)
    wire::read_all<wire::Frames>(packet.frames, [&](const auto& frame) { add(text(frame)); });
  if (!packet.clear.empty()) add(named("crypto", "\"offset\":0," + with_length(packet.clear.size())));
  return out + "]}";
}

}  // namespace avocet::analysis
