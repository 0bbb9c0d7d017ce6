#include "protocol/crypto/key_schedule.hpp"

#include <array>
#include <bit>
#include <cassert>

#include "protocol/crypto/hkdf.hpp"

namespace avocet::crypto {
namespace {

/// SHA-384 of nothing, which every handshake asks for twice.
constexpr Hash hash_of_nothing = std::bit_cast<Hash>(std::array<unsigned char, hash_size>{
    0x38, 0xb0, 0x60, 0xa7, 0x51, 0xac, 0x96, 0x38, 0x4c, 0xd9, 0x32, 0x7e, 0xb1, 0xb1, 0xe3, 0x6a,
    0x21, 0xfd, 0xb7, 0x11, 0x14, 0xbe, 0x07, 0x43, 0x4c, 0x0c, 0xc7, 0xbf, 0x63, 0xf6, 0xe1, 0xda,
    0x27, 0x4e, 0xde, 0xbf, 0xe7, 0x6f, 0x65, 0xfb, 0xd5, 0x1a, 0xd2, 0xf1, 0x48, 0x98, 0xb9, 0x5b});

}  // namespace

KeySchedule::KeySchedule(const Context& context, ByteView ticket_secret) : context_(&context) {
  const Hash zeros{};
  current_ = hkdf_extract(context, zeros, ticket_secret.empty() ? ByteView(zeros) : ticket_secret);
}

ScheduleSecret KeySchedule::binder() const {
  assert(step_ == Step::early);
  return derive("res binder", hash_of_nothing);  // AV-TKT-4
}

TrafficSecrets KeySchedule::handshake(ByteView shared_secret, const Hash& transcript) {
  climb(shared_secret, Step::handshake);
  return {derive("c hs traffic", transcript), derive("s hs traffic", transcript)};
}

KeySchedule::Application KeySchedule::application(const Hash& transcript) {
  climb(Hash{}, Step::master);
  return {{derive("c ap traffic", transcript), derive("s ap traffic", transcript)},
          derive("exp master", transcript)};
}

ScheduleSecret KeySchedule::resumption(const Hash& transcript) const {
  assert(step_ == Step::master);
  return derive("res master", transcript);
}

void KeySchedule::climb(ByteView input, Step to) {
  assert(static_cast<int>(to) == static_cast<int>(step_) + 1);
  current_ = hkdf_extract(*context_, derive("derived", hash_of_nothing), input);
  step_ = to;
}

ScheduleSecret KeySchedule::derive(std::string_view label, const Hash& transcript) const {
  ScheduleSecret out;
  expand_label(*context_, current_, label, transcript, out.bytes());
  return out;
}

ScheduleSecret ticket_secret(const Context& context, const ScheduleSecret& resumption, ByteView ticket) {
  ScheduleSecret out;
  expand_label(context, resumption, "ticket", sha384(context, {ticket}), out.bytes());  // AV-TKT-3
  return out;
}

PacketKey packet_key(const Context& context, const ScheduleSecret& traffic_secret) {
  PacketKey out;
  expand_label(context, traffic_secret, "key", {}, out.key.bytes());  // AV-KEY-4
  expand_label(context, traffic_secret, "iv", {}, out.iv.bytes());
  return out;
}

ScheduleSecret next_generation(const Context& context, const ScheduleSecret& traffic_secret) {
  ScheduleSecret out;
  expand_label(context, traffic_secret, "traffic upd", {}, out.bytes());
  return out;
}

Hash finished_mac(const Context& context, const ScheduleSecret& handshake_traffic_secret,
                  const Hash& transcript) {
  Secret<hash_size> key;
  expand_label(context, handshake_traffic_secret, "finished", {}, key.bytes());  // AV-KEY-5
  return hmac(context, key, {transcript});
}

}  // namespace avocet::crypto
