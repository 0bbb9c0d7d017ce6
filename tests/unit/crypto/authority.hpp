#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/pem.hpp"

namespace avocet::crypto::testing_support {

using Key = std::shared_ptr<evp_pkey_st>;

inline Key make_rsa_key(Context& context, std::size_t bits) {
  context.feed(Context::rsa_generation_bytes);
  return Key(Handle<evp_pkey_st>(EVP_PKEY_Q_keygen(context.library(), nullptr, "RSA", bits)));
}

inline Key make_p256_key(Context& context) {
  context.feed(1024);
  return Key(Handle<evp_pkey_st>(EVP_PKEY_Q_keygen(context.library(), nullptr, "EC", "P-256")));
}

/// A certificate and, for signing others, its key.
struct Issued {
  Handle<x509_st> certificate;
  Key key;

  std::string pem() const {
    const Handle<bio_st> out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), certificate.get());
    return std::string(as_text(written(out.get())));
  }
};

/// What to write into a certificate; right for the leaf of www.example.com unless changed.
struct Request {
  std::string name = "www.example.com";
  std::string alternative_names = "DNS:www.example.com,DNS:*.media.example.com,IP:192.0.2.7,IP:2001:db8::7";
  bool authority = false;
  const char* key_usage = nullptr;
  const char* purpose = "serverAuth";
  const EVP_MD* digest = EVP_sha256();
  UnixTime from = std::chrono::sys_days(std::chrono::year(2025) / 1 / 1);
  UnixTime until = std::chrono::sys_days(std::chrono::year(2027) / 1 / 1);
};

inline void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX scope;
  X509V3_set_ctx(&scope, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &scope, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// A certificate for `key`, signed by `issuer`, or by itself when that is null.
inline Issued issue(Context& context, const Request& request, Key key, const Issued* issuer) {
  Issued out{Handle<x509_st>(X509_new_ex(context.library(), nullptr)), std::move(key)};
  X509* x = out.certificate.get();
  X509* signer = issuer == nullptr ? x : issuer->certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1 + (issuer != nullptr));
  X509_NAME_add_entry_by_NID(X509_get_subject_name(x), NID_commonName, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(request.name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(signer));
  ASN1_TIME_set(X509_getm_notBefore(x), request.from.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(x), request.until.time_since_epoch().count());
  X509_set_pubkey(x, out.key.get());
  add_extension(x, signer, NID_basic_constraints, request.authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (request.key_usage != nullptr) add_extension(x, signer, NID_key_usage, request.key_usage);
  if (request.purpose != nullptr) add_extension(x, signer, NID_ext_key_usage, request.purpose);
  if (!request.alternative_names.empty()) {
    add_extension(x, signer, NID_subject_alt_name, request.alternative_names);
  }
  context.feed(Context::rsa_operation_bytes(512));
  X509_sign(x, issuer == nullptr ? out.key.get() : issuer->key.get(), request.digest);
  return out;
}

inline Request authority_named(std::string name) {
  Request request;
  request.name = std::move(name);
  request.alternative_names.clear();
  request.authority = true;
  request.purpose = nullptr;
  return request;
}

}  // namespace avocet::crypto::testing_support
