#include "protocol/session/connection.hpp"
#include "protocol/session/connection_packets.hpp"

namespace avocet::session {

/// A PING padded to the size that is tried. It is paced, but not in flight for the rate controller: its loss
/// says nothing of congestion (AV-MTU-2).
std::size_t Session::Impl::send_mtu_probe(Time now, ByteSpan room) {
  const std::optional<std::size_t> wanted = mtu_.wanted(now, controller_->target_rate());
  if (!wanted || opening_ || room.size() < *wanted || !may_send_data(now, begin_run())) return 0;
  const std::size_t payload = *wanted - wire::sealed_overhead;
  Outgoing out(now, peer_ids_.current(), sent_.next(), room.subspan(TrafficProtection::payload_at, payload));
  out.packet.ack_eliciting = true;
  out.add(wire::Ping{});
  stats_.padding_bytes_sent += out.frames.remaining();
  out.add(wire::Padding{out.frames.remaining() - 1});
  out.packet.carried.push_back(
      {.what = recovery::Carried::What::mtu_probe, .length = static_cast<std::uint32_t>(*wanted)});
  out.packet.size = seal(now, room, out);
  if (out.packet.size == 0) return 0;
  ++stats_.packets_sent;
  sent_.on_sent(out.packet);
  pacer_.on_sent(now, DataSize::bytes(static_cast<std::int64_t>(out.packet.size)));
  mtu_.on_probe_sent();
  return out.packet.size;
}

/// Packets, and the fragments of media, are as large as was found to pass.
void Session::Impl::follow_mtu() {
  mtu_.on_rate(controller_->target_rate());
  path_.set_datagram_size(mtu_.current());
  media_out_.set_payload(mtu_.current() - wire::sealed_overhead);
}

}  // namespace avocet::session
