#include "protocol/session/handshake_hello.hpp"

#include <algorithm>

#include "protocol/crypto/key_agreement.hpp"
#include "protocol/session/handshake_transcript.hpp"

namespace avocet::session {
namespace {

using wire::RefuseReason;

/// What every version's Hello begins with, so that a server can refuse one that it cannot read.
struct Preamble {
  std::vector<std::uint32_t> versions;
  ConnectionId cid;
};

std::optional<Preamble> read_preamble(ByteView body) {
  wire::Reader r(body);
  Preamble out;
  std::array<std::byte, 32> random;
  wire::counted<8>(wire::u32).read(r, out.versions);
  wire::bytes<32>.read(r, random);
  wire::u64.read(r, out.cid);
  return r.ok() ? std::optional(out) : std::nullopt;
}

template <class T>
bool contains(const std::vector<T>& values, T value) {
  return std::ranges::find(values, value) != values.end();
}

crypto::CookieBinding binding_of(const wire::Hello& hello, const PeerAddress& client) {
  return {wire::protocol_version, client, hello.cid};
}

}  // namespace

std::expected<CheckedHello, HelloRejected> check_hello(ByteView body, wire::SignatureAlgorithm identity) {
  const auto preamble = read_preamble(body);
  if (!preamble) return std::unexpected(HelloRejected{});
  const auto rejected = [&](std::optional<RefuseReason> reason) {
    return std::unexpected(HelloRejected{preamble->cid, reason});
  };
  // AV-HS-2, AV-HS-9
  if (!contains(preamble->versions, wire::protocol_version)) return rejected(RefuseReason::version);
  auto hello = wire::decode<wire::Hello>(body);
  if (!hello || !contains(hello->groups, hello->share_group)) return rejected({});  // AV-HS-10
  const wire::Group group = hello->share_group;
  if (group != wire::Group::x25519 && group != wire::Group::secp256r1) return rejected(RefuseReason::group);
  if (hello->share.size() != crypto::share_size(group)) return rejected({});
  if (!contains(hello->signature_algorithms, identity)) {
    return rejected(RefuseReason::signature_algorithm);
  }
  return CheckedHello{.hello = std::move(*hello), .body = body};
}

std::optional<AfterRetry> hello_context(const CheckedHello& checked) {
  if (!checked.first_hello) return std::nullopt;
  // AV-HS-24: The Retry need not be remembered: its cookie came back, and its other field is in the Hello
  // too.
  return AfterRetry{*checked.first_hello, wire::encode(wire::Retry{.client_cid = checked.hello.cid,
                                                                   .cookie = *checked.hello.token})};
}

bool check_cookie(const crypto::Context& context, const crypto::CookieKey& key, Time now,
                  const PeerAddress& client, CheckedHello& checked) {
  const wire::Hello& hello = checked.hello;
  if (!hello.token) return false;
  const auto first = key.check(context, now, binding_of(hello, client), *hello.token);
  if (first) checked.first_hello = *first;
  return first.has_value();
}

Bytes make_retry(const crypto::Context& context, const crypto::CookieKey& key, Time now,
                 const PeerAddress& client, const CheckedHello& checked) {
  const auto cookie =
      key.make(context, now, binding_of(checked.hello, client), hello_hash(context, checked.body));
  return wire::encode(
      wire::Retry{.client_cid = checked.hello.cid, .cookie = Bytes(cookie.begin(), cookie.end())});
}

Bytes make_refuse(ConnectionId client_cid, RefuseReason reason) {
  return wire::encode(
      wire::Refuse{.client_cid = client_cid, .reason = reason, .versions = {wire::protocol_version}});
}

}  // namespace avocet::session
