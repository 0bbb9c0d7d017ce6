#include "dissector/follower.hpp"

namespace avocet::dissector {

void Follower::follow(ByteView frames) {
  wire::Reader r(frames);
  frame_ = 0;
  while (r.remaining() > 0) {
    r.enter("type");
    const std::uint64_t type = r.varint();
    wire::Frames::read_body(type, r, [&]<class T>(const T& frame) {
      check_place(type, wire::Wire<T>::name);
      on(frame);
    });
    if (r.ok()) ++frame_;
  }
  if (r.ok()) return;
  judge(Finding::malformed, std::string(r.error().field) + " at byte " + std::to_string(r.error().offset) +
                                ": " + std::string(wire::to_string(r.error().fault)) + " (AV-PKT-13)");
}

/// AV-PKT-15, AV-PKT-16
void Follower::check_place(std::uint64_t type, std::string_view name) {
  const bool for_handshake = type == wire::Wire<wire::HandshakeData>::type;
  const bool anywhere = type == wire::Wire<wire::Padding>::type || type == wire::Wire<wire::Close>::type;
  if (anywhere || for_handshake == (kind_ == wire::PacketKind::handshake)) return;
  judge(Finding::frame_misplaced, std::string(name) + (for_handshake ? " in a Protected packet (AV-PKT-16)"
                                                                     : " in a Handshake packet (AV-PKT-15)"));
}

void Follower::server_only(const char* name) {
  if (sender_ == Side::client)
    judge(Finding::wrong_sender, std::string(name) + " is the server's to send (AV-PKT-16)");
}

void Follower::on(const wire::Media& media) { own_.media.on_media(record_, frame_, seen_, media); }
void Follower::on(const wire::Parity& parity) { own_.media.on_parity(record_, frame_, seen_, parity); }

void Follower::on(const wire::Done&) {
  server_only("DONE");
  if (connection_.done || sender_ == Side::client) return;
  connection_.done = true;
  if (connection_.from_the_beginning()) {
    const Duration took = seen_.at - connection_.hello_at.at;
    tell(Derived::handshake_time, took);
    judge(Finding::handshake_done,
          "The handshake is complete " + std::to_string(to_microseconds(took)) + " us after the first Hello");
  }
}

void Follower::on(const wire::Close& close) {
  judge(Finding::close, "The " + std::string(sender_ == Side::client ? "client" : "server") +
                            " ends the connection" + (close.reason.empty() ? "" : ": " + close.reason));
}

}  // namespace avocet::dissector
