#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/certificate_chain.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/error.hpp"

namespace avocet::crypto {

/// Why a server's certificate is not believed: which check failed, and a sentence for the user.
struct Distrust {
  enum class Check { fingerprint, issuer, validity, host, purpose, strength, signature, other };
  Check check;
  std::string message;
};

/// Accepts exactly the certificate that the user pinned; nothing else about it matters, not even its dates.
std::expected<void, Distrust> verify_pinned(const CertificateChain& chain, const Fingerprint& pinned);

/// The certificate authorities that a user trusts.
class TrustAnchors {
 public:
  /// From a bundle of PEM certificates, such as /etc/ssl/certs/ca-certificates.crt. A self-signed server
  /// certificate in it is an anchor too.
  static std::expected<TrustAnchors, Error> from_pem(const Context& context, ByteView pem);

  /// Verifies the path to an anchor (RFC 5280 section 6), that it is for TLS servers, valid `now`, nowhere
  /// weaker than 112 bits, and for `host`: a name (RFC 6125, wildcards for a whole first label only), or an
  /// IP address as text without brackets. Revocation is not checked.
  std::expected<void, Distrust> verify(const Context& context, const CertificateChain& chain,
                                       std::string_view host, UnixTime now) const;

 private:
  explicit TrustAnchors(Handle<x509_store_st> store) : store_(std::move(store)) {}

  Handle<x509_store_st> store_;
};

}  // namespace avocet::crypto
