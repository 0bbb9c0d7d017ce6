#include "protocol/crypto/certificate_chain.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>

#include "protocol/crypto/der.hpp"
#include "protocol/crypto/hash.hpp"
#include "protocol/crypto/pem.hpp"

namespace avocet::crypto {
namespace {

// Certificate authorities use up to 4096 bits; twice that still verifies in a millisecond.
constexpr int max_authority_rsa_bits = 8192;

Handle<x509_st> parse(const Context& context, ByteView der) {
  X509* certificate = X509_new_ex(context.library(), nullptr);
  require(certificate != nullptr);
  auto p = reinterpret_cast<const unsigned char*>(der.data());
  const auto end = p + der.size();
  if (d2i_X509(&certificate, &p, static_cast<long>(der.size())) == nullptr) {
    X509_free(certificate);
    return nullptr;
  }
  Handle<x509_st> out(certificate);
  return p == end ? std::move(out) : nullptr;
}

bool has_giant_key(const X509* certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  return key != nullptr && EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) > max_authority_rsa_bits;
}

UnixTime to_unix(const ASN1_TIME* time) {
  std::tm t{};
  if (ASN1_TIME_to_tm(time, &t) != 1) return UnixTime{};  // parsing has seen to it that there is one
  const std::chrono::year_month_day date{std::chrono::year(t.tm_year + 1900),
                                         std::chrono::month(static_cast<unsigned>(t.tm_mon + 1)),
                                         std::chrono::day(static_cast<unsigned>(t.tm_mday))};
  return std::chrono::sys_days(date) + std::chrono::hours(t.tm_hour) + std::chrono::minutes(t.tm_min) +
         std::chrono::seconds(t.tm_sec);
}

}  // namespace

std::expected<CertificateChain, Error> CertificateChain::from_der(const Context& context,
                                                                  std::span<const ByteView> der) {
  std::size_t total = 0;
  for (ByteView one : der) total += one.size();
  if (der.size() > max_certificates || total > max_size) {
    return std::unexpected(Error{"the certificate chain is too long (8 certificates, 16 KiB)"});
  }
  std::vector<Handle<x509_st>> parsed;
  for (ByteView one : der) {
    parsed.push_back(parse(context, one));
    // What we keep is what we would send on, so both must be the same bytes.
    if (parsed.back() == nullptr || !std::ranges::equal(der_of(parsed.back().get()), one)) {
      return std::unexpected(
          Error{"certificate " + std::to_string(parsed.size()) + " of the chain is malformed"});
    }
  }
  return from_parsed(context, std::move(parsed));
}

std::expected<CertificateChain, Error> CertificateChain::from_pem(const Context& context, ByteView pem) {
  auto parsed = read_certificates(context, pem);
  if (!parsed) return std::unexpected(parsed.error());
  return from_parsed(context, std::move(*parsed));
}

std::expected<CertificateChain, Error> CertificateChain::from_parsed(
    const Context& context, std::vector<Handle<x509_st>> certificates) {
  if (certificates.empty()) return std::unexpected(Error{"the certificate chain is empty"});
  std::vector<std::shared_ptr<x509_st>> parsed;
  std::vector<Bytes> der;
  std::size_t total = 0;
  for (auto& certificate : certificates) {
    if (has_giant_key(certificate.get())) {
      return std::unexpected(Error{"the certificate chain has an RSA key of more than 8192 bits"});
    }
    der.push_back(der_of(certificate.get()));
    total += der.back().size();
    parsed.push_back(std::move(certificate));
  }
  if (der.size() > max_certificates || total > max_size) {
    return std::unexpected(Error{"the certificate chain is too long (8 certificates, 16 KiB)"});
  }
  auto key = PublicKey::from_der(context, public_key_der(parsed.front().get()));
  if (!key) return std::unexpected(Error{"the certificate cannot be used: " + key.error().message});
  const Fingerprint fingerprint{sha256(context, der.front())};
  return CertificateChain(std::move(parsed), std::move(der), std::move(*key), fingerprint);
}

std::string CertificateChain::pem() const {
  const Handle<bio_st> out(BIO_new(BIO_s_mem()));
  require(out != nullptr);
  for (const auto& certificate : parsed_) require(PEM_write_bio_X509(out.get(), certificate.get()) == 1);
  return std::string(as_text(written(out.get())));
}

CertificateChain::Validity CertificateChain::validity() const {
  const X509* leaf = parsed_.front().get();
  return {to_unix(X509_get0_notBefore(leaf)), to_unix(X509_get0_notAfter(leaf))};
}

}  // namespace avocet::crypto
