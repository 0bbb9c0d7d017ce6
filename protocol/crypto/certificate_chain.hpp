#pragma once

#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/error.hpp"
#include "protocol/crypto/fingerprint.hpp"
#include "protocol/crypto/identity.hpp"
#include "protocol/crypto/public_key.hpp"

namespace avocet::crypto {

/// A server's identity on the wire: X.509 certificates (RFC 5280), the server's own (the leaf) first, each
/// certified by the next. The leaf holds a PublicKey. A chain that was parsed is well formed, and no more:
/// whether to trust it is decided by its fingerprint (a pin, or known hosts) or by TrustAnchors. Cheap to
/// copy.
class CertificateChain {
 public:
  static constexpr std::size_t max_certificates = 8;
  static constexpr std::size_t max_size = 16 * 1024;  // of all certificates together

  /// From one strict DER encoding per certificate.
  static std::expected<CertificateChain, Error> from_der(const Context& context,
                                                         std::span<const ByteView> der);
  /// From PEM: all its certificates in order; other blocks and text between them are skipped.
  static std::expected<CertificateChain, Error> from_pem(const Context& context, ByteView pem);

  /// What a self-signed certificate says.
  struct SelfSigned {
    std::string name;                // subject and issuer, at most 64 bytes
    std::vector<std::string> hosts;  // host names and IP addresses that it is for
    UnixTime from, until;
  };
  /// A chain of one, signed by the key that it certifies.
  static std::expected<CertificateChain, Error> make_self_signed(Context& context, const Identity& identity,
                                                                 Random& random, const SelfSigned& contents);

  /// DER of each certificate, leaf first; never empty.
  const std::vector<Bytes>& certificates() const { return der_; }
  std::string pem() const;
  const PublicKey& public_key() const { return public_key_; }
  /// SHA-256 of the leaf's DER: what users compare, pin and remember.
  const Fingerprint& fingerprint() const { return fingerprint_; }
  /// The leaf's notBefore and notAfter.
  struct Validity {
    UnixTime from, until;
  };
  Validity validity() const;

  /// For the files of this room only.
  x509_st* certificate(std::size_t i) const { return parsed_[i].get(); }

 private:
  CertificateChain(std::vector<std::shared_ptr<x509_st>> parsed, std::vector<Bytes> der, PublicKey public_key,
                   Fingerprint fingerprint)
      : parsed_(std::move(parsed)),
        der_(std::move(der)),
        public_key_(std::move(public_key)),
        fingerprint_(fingerprint) {}
  static std::expected<CertificateChain, Error> from_parsed(const Context& context,
                                                            std::vector<Handle<x509_st>> certificates);

  std::vector<std::shared_ptr<x509_st>> parsed_;
  std::vector<Bytes> der_;
  PublicKey public_key_;
  Fingerprint fingerprint_;
};

}  // namespace avocet::crypto
