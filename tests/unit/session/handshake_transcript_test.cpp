#include "protocol/session/handshake_transcript.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/session/handshake_pair.hpp"

namespace avocet::session {
namespace {

/// The transcript as the specification spells it, from the bytes on the wire and by hand.
struct Spelled {
  Bytes bytes;

  Spelled& raw(ByteView more) { return bytes.insert(bytes.end(), more.begin(), more.end()), *this; }
  Spelled& message(unsigned type, ByteView body) {
    Bytes head{static_cast<std::byte>(type)};
    if (body.size() >= 64) head.push_back(static_cast<std::byte>(0x40 | body.size() >> 8));
    head.push_back(static_cast<std::byte>(body.size() & 0xff));
    return raw(head).raw(body);
  }
  crypto::Hash hash() const { return crypto::sha384(*test_context(), {bytes}); }
};

Bytes body_of(const Bytes& framed) {
  const auto extent = wire::next_message(framed, framed.size()).value().value();
  return {framed.begin() + static_cast<std::ptrdiff_t>(extent.header), framed.end()};
}

crypto::ScheduleSecret secret_in(const std::vector<std::string>& log, std::string_view label) {
  for (const std::string& line : log) {
    if (line.starts_with(label)) {
      const Bytes value = from_hex(line.substr(line.rfind(' ') + 1));
      return crypto::ScheduleSecret(std::span<const std::byte, 48>(value));
    }
  }
  ADD_FAILURE() << label;
  return {};
}

// AV-HS-21, AV-HS-23
TEST(HandshakeTranscript, IsWhatTheSpecificationSays) {
  for (const bool retry : {false, true}) {
    std::map<std::string, Bytes> wire;
    const Outcome out =
        run({.retry = retry, .key_log = true, .tamper = [&](std::string_view what, Bytes& bytes) {
               wire[std::string(what)] = bytes;
             }});
    ASSERT_TRUE(out.done);
    Spelled transcript;
    if (retry) {
      const crypto::Hash first = Spelled().message(0x02, wire["Hello"]).hash();
      transcript.raw(from_hex("40fe30")).raw(first);
      transcript.message(0x03, wire["Retry"]).message(0x02, wire["second Hello"]);
    } else {
      transcript.message(0x02, wire["Hello"]);
    }
    transcript.message(0x05, wire["ServerHello"]);

    const auto servers = split_messages(wire["server's stream"]),
               clients = split_messages(wire["client's stream"]);
    const auto check = [&](const std::vector<Bytes>& messages, const TestIdentity& identity,
                           std::string_view label, std::string_view secret) {
      transcript.raw(messages[0]).raw(messages[1]);
      Bytes to_sign(64, std::byte{0x20});
      const ByteView text = as_bytes(label);
      to_sign.insert(to_sign.end(), text.begin(), text.end());
      to_sign.push_back(std::byte{0});
      const crypto::Hash hash = transcript.hash();
      to_sign.insert(to_sign.end(), hash.begin(), hash.end());
      const auto verify = wire::decode<wire::ServerVerify>(body_of(messages[2])).value();
      EXPECT_TRUE(identity.identity->public_key().verify(*test_context(), to_sign, verify.signature));
      transcript.raw(messages[2]);
      const auto mac =
          crypto::finished_mac(*test_context(), secret_in(out.client_log, secret), transcript.hash());
      EXPECT_EQ(body_of(messages[3]), Bytes(mac.begin(), mac.end()));
      transcript.raw(messages[3]);
    };
    check(servers, server_identity(KeyKind::ed25519), "avocet1 server verify",
          "AVOCET_SERVER_HANDSHAKE_TRAFFIC_SECRET");
    check(clients, client_identity(KeyKind::ed25519), "avocet1 client verify",
          "AVOCET_CLIENT_HANDSHAKE_TRAFFIC_SECRET");
  }
}

// AV-HS-26
TEST(MessageReader, StopsAtTheMostThatAHandshakeMayHave) {
  MessageReader reader;
  EXPECT_TRUE(reader.feed(Bytes(wire::max_handshake_stream)));
  EXPECT_FALSE(reader.feed(Bytes(1)));
}

TEST(MessageReader, RefusesAMessageThatCanNeverBeWhole) {
  MessageReader reader;
  EXPECT_TRUE(reader.feed(from_hex("10 80010000")));
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace avocet::session
