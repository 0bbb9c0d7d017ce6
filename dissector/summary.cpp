#include <map>

#include "dissector/packet_view.hpp"
#include "protocol/wire/frames.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::dissector {
namespace {

const char* name_of(wire::PacketKind kind) {
  switch (kind) {
    case wire::PacketKind::protected_: return "Protected";
    case wire::PacketKind::handshake: return "Handshake";
    case wire::PacketKind::hello: return "Hello";
    case wire::PacketKind::retry: return "Retry";
    case wire::PacketKind::refuse: return "Refuse";
    case wire::PacketKind::server_hello: return "ServerHello";
    case wire::PacketKind::reset: return "Reset";
  }
  return "?";
}

template <class Registry>
std::string message_name(const Assembled& assembled) {
  const std::uint64_t type = wire::Reader(*assembled.bytes).varint();
  std::string name;
  Registry::for_each([&]<class T>(std::type_identity<T>) {
    if (wire::Wire<T>::type == type) name = wire::Wire<T>::name;
  });
  return name;
}

template <class T>
std::string describe(const T&) {
  return std::string(wire::Wire<T>::name);
}
std::string describe(const wire::Ack& ack) { return "ACK " + std::to_string(ack.largest.value); }
std::string describe(const wire::Media& media) { return "MEDIA track " + std::to_string(media.track.value); }
std::string describe(const wire::Parity& parity) {
  return "PARITY track " + std::to_string(parity.track.value);
}
std::string describe(const wire::Stream& s) { return "STREAM " + std::to_string(s.id.value); }

}  // namespace

std::string summarise(ByteView packet, const PacketRecord& record, ByteView frames) {
  const auto kind = wire::packet_kind(packet);
  if (!kind) return "Not Avocet";
  std::string line = name_of(*kind);
  if (*kind <= wire::PacketKind::handshake) {
    for (const Fact& fact : record.facts) {
      if (fact.field == Derived::number) line += " " + std::to_string(fact.value);
    }
    if (!record.unsealed) line += " (sealed)";
  }
  std::string before;
  wire::read_all<wire::Frames>(frames, [&](const auto& frame) {
    std::string one = describe(frame);
    if (one != before) line += ", " + one;
    before = std::move(one);
  });
  for (const Assembled& assembled : record.assembled) {
    if (assembled.what == Assembled::What::handshake)
      line += " [" + message_name<wire::HandshakeMessages>(assembled) + "]";
    if (assembled.what == Assembled::What::service)
      line += " [" + message_name<wire::ServiceMessages>(assembled) + "]";
  }
  for (const MediaEvent& media : record.media)
    line += " [" + media.name() + " frame " + std::to_string(media.number) + (media.key ? " key]" : "]");
  return line;
}

}  // namespace avocet::dissector
