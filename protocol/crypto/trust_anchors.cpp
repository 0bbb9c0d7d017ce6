#include "protocol/crypto/trust_anchors.hpp"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "protocol/crypto/pem.hpp"

namespace avocet::crypto {
namespace {

using Check = Distrust::Check;

// Level 2 is 112 bits: RSA of 2048 bits, and no SHA-1.
constexpr int security_level = 2;

struct FreeStack {
  void operator()(STACK_OF(X509) * p) const noexcept { sk_X509_free(p); }  // the chain owns the certificates
};

std::string padded(unsigned number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

std::string date(UnixTime time) {
  const std::chrono::year_month_day d(std::chrono::floor<std::chrono::days>(time));
  return padded(static_cast<unsigned>(static_cast<int>(d.year())), 4) + '-' +
         padded(static_cast<unsigned>(d.month()), 2) + '-' + padded(static_cast<unsigned>(d.day()), 2);
}

/// False if `host` cannot be anybody's name. To OpenSSL an empty one would mean to check no name, and one
/// that begins with a dot to take all names below.
bool set_host(X509_VERIFY_PARAM* parameters, const std::string& host) {
  if (host.empty() || host.front() == '.' || host.find('\0') != std::string::npos) return false;
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return true;
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size()) == 1;
}

Check check_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: return Check::validity;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return Check::host;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED: return Check::issuer;
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: return Check::purpose;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK: return Check::strength;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE: return Check::signature;
    default: return Check::other;
  }
}

Distrust explain(int error, std::size_t depth, const CertificateChain& chain, const std::string& host,
                 UnixTime now) {
  const Check check = check_of(error);
  const std::string reason = X509_verify_cert_error_string(error);
  switch (check) {
    case Check::host: return {check, "the server's certificate is not for '" + host + "'"};
    case Check::issuer:
      return {check, "the server's certificate was not issued by a trusted authority (" + reason +
                         "); its SHA-256 fingerprint is " + to_string(chain.fingerprint())};
    case Check::validity:
      if (depth == 0) {
        const auto valid = chain.validity();
        return {check, "the server's certificate is valid from " + date(valid.from) + " to " +
                           date(valid.until) + ", and today is " + date(now)};
      }
      [[fallthrough]];
    default: break;
  }
  const std::string which =
      depth == 0 ? "the server's certificate" : "a certificate that vouches for the server";
  return {check, which + " is not acceptable: " + reason};
}

}  // namespace

std::expected<void, Distrust> verify_pinned(const CertificateChain& chain, const Fingerprint& pinned) {
  if (chain.fingerprint() == pinned) return {};  // AV-TRU-5
  return std::unexpected(
      Distrust{Check::fingerprint, "the server's certificate has the SHA-256 fingerprint " +
                                       to_string(chain.fingerprint()) + ", but " + to_string(pinned) +
                                       " was expected"});
}

std::expected<TrustAnchors, Error> TrustAnchors::from_pem(const Context& context, ByteView pem) {
  const auto certificates = read_certificates(context, pem);
  if (!certificates) return std::unexpected(certificates.error());
  Handle<x509_store_st> store(X509_STORE_new());
  require(store != nullptr);
  for (const auto& certificate : *certificates)
    require(X509_STORE_add_cert(store.get(), certificate.get()) == 1);
  return TrustAnchors(std::move(store));
}

std::expected<void, Distrust> TrustAnchors::verify(const Context& context, const CertificateChain& chain,
                                                   std::string_view host, UnixTime now) const {
  const std::unique_ptr<STACK_OF(X509), FreeStack> rest(sk_X509_new_null());
  for (std::size_t i = 1; i < chain.certificates().size(); ++i) {
    require(sk_X509_push(rest.get(), chain.certificate(i)) > 0);
  }
  const Handle<x509_store_ctx_st> verifier(X509_STORE_CTX_new_ex(context.library(), nullptr));
  require(verifier != nullptr &&
          X509_STORE_CTX_init(verifier.get(), store_.get(), chain.certificate(0), rest.get()) == 1);

  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(verifier.get());
  X509_VERIFY_PARAM_set_time(parameters, now.time_since_epoch().count());
  X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(CertificateChain::max_certificates));
  X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
  // An anchor need not be a root: whatever the user put into the bundle is trusted.
  require(X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
          X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER) == 1);
  const std::string name(host);
  if (!set_host(parameters, name)) {
    return std::unexpected(Distrust{Check::host, "'" + name + "' is not a host name"});
  }

  if (X509_verify_cert(verifier.get()) == 1) return {};
  const int depth = X509_STORE_CTX_get_error_depth(verifier.get());
  return std::unexpected(explain(X509_STORE_CTX_get_error(verifier.get()),
                                 static_cast<std::size_t>(std::max(depth, 0)), chain, name, now));
}

}  // namespace avocet::crypto
