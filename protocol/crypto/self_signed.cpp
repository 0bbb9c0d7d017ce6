#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>

#include "protocol/crypto/certificate_chain.hpp"
#include "protocol/crypto/der.hpp"

namespace avocet::crypto {
namespace {

template <auto FreeFunction>
struct FreeBy {
  void operator()(auto* p) const noexcept { FreeFunction(p); }
};
using Integer = std::unique_ptr<ASN1_INTEGER, FreeBy<ASN1_INTEGER_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, FreeBy<GENERAL_NAMES_free>>;
using BitString = std::unique_ptr<ASN1_BIT_STRING, FreeBy<ASN1_BIT_STRING_free>>;
using Constraints = std::unique_ptr<BASIC_CONSTRAINTS, FreeBy<BASIC_CONSTRAINTS_free>>;
using Usages = std::unique_ptr<EXTENDED_KEY_USAGE, FreeBy<EXTENDED_KEY_USAGE_free>>;

constexpr int critical = 1, not_critical = 0;

void add_extension(X509* certificate, int nid, void* value, int is_critical) {
  require(X509_add1_ext_i2d(certificate, nid, value, is_critical, X509V3_ADD_DEFAULT) == 1);
}

/// 127 random bits; RFC 5280 section 4.1.2.2 wants a positive number of at most 20 bytes.
void set_serial(X509* certificate, Random& random) {
  std::array<std::byte, 16> bytes;
  random.fill(bytes);
  bytes[0] = (bytes[0] & std::byte{0x7f}) | std::byte{0x40};
  const Handle<bignum_st> number(
      BN_bin2bn(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
  const Integer serial(BN_to_ASN1_INTEGER(number.get(), nullptr));
  require(X509_set_serialNumber(certificate, serial.get()) == 1);
}

bool set_name(X509* certificate, const std::string& name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  return !name.empty() && name.size() <= 64 &&
         X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.data()),
                                    static_cast<int>(name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, subject) == 1;
}

bool is_host_name(const std::string& host) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, fits);
}

/// False if one of the hosts is neither a name nor an address. The names are built one by one: OpenSSL's text
/// form
/// ("DNS:a,IP:b") would let a name smuggle in others.
bool add_hosts(X509* certificate, const std::vector<std::string>& hosts) {
  if (hosts.empty()) return true;
  const Names names(GENERAL_NAMES_new());
  for (const std::string& host : hosts) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    require(name != nullptr && sk_GENERAL_NAME_push(names.get(), name) > 0);
    if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str())) {
      GENERAL_NAME_set0_value(name, GEN_IPADD, address);
    } else if (is_host_name(host)) {
      ASN1_IA5STRING* text = ASN1_IA5STRING_new();
      require(ASN1_STRING_set(text, host.data(), static_cast<int>(host.size())) == 1);
      GENERAL_NAME_set0_value(name, GEN_DNS, text);
    } else {
      return false;
    }
  }
  add_extension(certificate, NID_subject_alt_name, names.get(), not_critical);
  return true;
}

/// For signing handshakes of a server, and nothing else: not an authority.
void add_usage(X509* certificate) {
  const Constraints constraints(BASIC_CONSTRAINTS_new());
  add_extension(certificate, NID_basic_constraints, constraints.get(), critical);
  const BitString usage(ASN1_BIT_STRING_new());
  require(ASN1_BIT_STRING_set_bit(usage.get(), 0, 1) == 1);  // digitalSignature
  add_extension(certificate, NID_key_usage, usage.get(), critical);
  const Usages purposes(EXTENDED_KEY_USAGE_new());
  require(sk_ASN1_OBJECT_push(purposes.get(), OBJ_nid2obj(NID_server_auth)) > 0);
  add_extension(certificate, NID_ext_key_usage, purposes.get(), not_critical);
}

}  // namespace

std::expected<CertificateChain, Error> CertificateChain::make_self_signed(Context& context,
                                                                          const Identity& identity,
                                                                          Random& random,
                                                                          const SelfSigned& contents) {
  Handle<x509_st> certificate(X509_new_ex(context.library(), nullptr));
  X509* x = certificate.get();
  require(x != nullptr && X509_set_version(x, X509_VERSION_3) == 1 &&
          X509_set_pubkey(x, identity.key()) == 1);
  set_serial(x, random);
  if (!set_name(x, contents.name)) {
    return std::unexpected(Error{"a certificate's name must be 1 to 64 bytes of UTF-8"});
  }
  if (ASN1_TIME_set(X509_getm_notBefore(x), contents.from.time_since_epoch().count()) == nullptr ||
      ASN1_TIME_set(X509_getm_notAfter(x), contents.until.time_since_epoch().count()) == nullptr) {
    return std::unexpected(Error{"a certificate's dates must lie before the year 10000"});
  }
  if (!add_hosts(x, contents.hosts)) {
    return std::unexpected(Error{"a certificate is for host names and IP addresses only"});
  }
  add_usage(x);
  context.feed(Context::rsa_operation_bytes(EVP_PKEY_get_size(identity.key())));
  // PKCS #1 v1.5 for RSA, as all authorities do; the handshake itself uses PSS.
  const EVP_MD* digest = identity.algorithm() == SignatureAlgorithm::ed25519 ? nullptr : context.sha256();
  require(X509_sign(x, identity.key(), digest) > 0);
  const Bytes der = der_of(x);
  const ByteView view = der;
  return from_der(context, std::span(&view, 1));
}

}  // namespace avocet::crypto
