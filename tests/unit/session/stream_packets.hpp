#pragma once

#include "protocol/session/streams.hpp"
#include "protocol/wire/codec.hpp"

namespace avocet::session {

/// The frames that a Streams would put into one packet, without the packet.
struct StreamPacket {
  Bytes bytes;
  recovery::CarriedList carried;
};

inline StreamPacket packet_of(Streams& from, std::size_t room = 1171) {
  StreamPacket packet;
  packet.bytes.resize(room);
  wire::Writer w(packet.bytes);
  from.fill(w, packet.carried);
  packet.bytes.resize(w.size());
  return packet;
}

inline std::optional<wire::CloseCode> deliver(const StreamPacket& packet, Streams& to) {
  struct Visit {
    Streams& to;
    std::optional<wire::CloseCode> code;
    void operator()(const wire::Stream& f) { code = to.on_stream(f); }
    void operator()(const wire::ResetStream& f) { code = to.on_reset_stream(f); }
    void operator()(const wire::MaxData& f) { code = to.on_max_data(f); }
    void operator()(const wire::MaxStreamData& f) { code = to.on_max_stream_data(f); }
    void operator()(const wire::MaxStreams& f) { code = to.on_max_streams(f); }
  } visit{to, std::nullopt};
  using Frames =
      wire::Registry<wire::Stream, wire::ResetStream, wire::MaxData, wire::MaxStreamData, wire::MaxStreams>;
  const auto error = wire::read_all<Frames>(packet.bytes, [&](const auto& frame) {
    if (!visit.code) visit(frame);
  });
  if (error.fault != wire::Fault::none) return wire::CloseCode::frame_encoding;
  return visit.code;
}

inline wire::Parameters limits_of(const Config& config) {
  wire::Parameters out;
  out.max_data = config.max_data;
  out.max_stream_data = config.max_stream_data;
  out.max_streams = config.max_streams;
  return out;
}

}  // namespace avocet::session
