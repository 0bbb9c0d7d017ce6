#include "protocol/crypto/key_log.hpp"
#include "protocol/session/connection.hpp"
#include "protocol/session/connection_packets.hpp"

namespace avocet::session {

bool Session::Impl::is_ours(const Datagram& datagram) const {
  wire::Reader reader(datagram.bytes);
  wire::SealedHeader header;
  wire::read_fields(reader, header);
  return reader.ok() && own_ids_.owns(header.destination);
}

/// A server's ids come from its listener.
void Session::Impl::tend_ids(Time now) {
  own_ids_.forget(now);
  if (role_ == Role::server) return;
  while (own_ids_.take_freed()) {
  }
  while (own_ids_.wants_more()) {
    ResetTokenBytes token;
    random_.fill(token);
    add_id({random_.u64()}, token);
  }
}

void Session::Impl::add_id(ConnectionId id, const ResetTokenBytes& token) {
  own_ids_.add(id, token);
  log_id(id);
}

void Session::Impl::log_id(ConnectionId id) {  // AV-KEY-8
  if (!config_.key_log) return;
  std::array<std::byte, 8> spelled;
  wire::Writer(spelled).big_endian(id.value, spelled.size());
  tell(KeyLog{crypto::key_log_line(crypto::key_log::connection_id, client_random_, spelled)});
}

void Session::Impl::on_new_id(Incoming& in, const wire::NewId& offered) {
  bool fresh = false;
  const std::string_view wrong = peer_ids_.offer(offered, fresh);
  if (!wrong.empty()) return in.violate(wire::CloseCode::protocol_violation, wrong);
  if (fresh) log_id(offered.id);
}

void Session::Impl::on_retire_id(Incoming& in, const wire::RetireId& retired) {
  const Time keep_until = in.now + 3 * probe_timeout();  // AV-CID-7
  const std::string_view wrong = own_ids_.retire(retired.sequence, in.destination, keep_until);
  if (!wrong.empty()) in.violate(wire::CloseCode::protocol_violation, wrong);
}

void Session::Impl::add_ids(Outgoing& out) {
  using What = recovery::Carried::What;
  constexpr std::size_t longest = 48;  // of a NEW_ID, with room to spare
  while (out.room_for(longest)) {
    if (const auto news = own_ids_.next_news()) {
      out.add(*news);
      out.packet.carried.push_back({.what = What::new_id, .begin = news->sequence});
    } else if (const auto retired = peer_ids_.next_retirement()) {
      out.add(*retired);
      out.packet.carried.push_back({.what = What::retire_id, .begin = retired->sequence});
    } else {
      return;
    }
    out.packet.ack_eliciting = true;
  }
}

}  // namespace avocet::session
