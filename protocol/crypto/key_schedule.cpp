#include "protocol/crypto/key_schedule.hpp"

#include <cassert>

#include "protocol/crypto/hkdf.hpp"

namespace avocet::crypto {

KeySchedule::KeySchedule(const Context& context, ByteView ticket_secret) : context_(&context) {
  const Hash zeros{};
  current_ = hkdf_extract(context, zeros, ticket_secret.empty() ? ByteView(zeros) : ticket_secret);
}

ScheduleSecret KeySchedule::binder() const {
  assert(step_ == Step::early);
  return derive("res binder", sha384(*context_, {}));  // AV-TKT-4
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
  current_ = hkdf_extract(*context_, derive("derived", sha384(*context_, {})), input);
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
