#include "protocol/crypto/pem.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <limits>

namespace avocet::crypto {

Handle<bio_st> pem_reader(ByteView pem) {
  const bool fits = !pem.empty() && pem.size() <= std::numeric_limits<int>::max();
  Handle<bio_st> bio(fits ? BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))
                          : BIO_new_mem_buf("", 0));
  require(bio != nullptr);
  return bio;
}

Bytes written(bio_st* out) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  const ByteView bytes = std::as_bytes(std::span(data, static_cast<std::size_t>(size)));
  return {bytes.begin(), bytes.end()};
}

int no_passphrase(char*, int, int, void* asked) {
  if (asked != nullptr) *static_cast<bool*>(asked) = true;
  return -1;
}

std::expected<std::vector<Handle<x509_st>>, Error> read_certificates(const Context& context, ByteView pem) {
  const Handle<bio_st> in = pem_reader(pem);
  std::vector<Handle<x509_st>> out;
  while (true) {
    ERR_clear_error();
    X509* certificate = X509_new_ex(context.library(), nullptr);
    require(certificate != nullptr);
    if (PEM_read_bio_X509(in.get(), &certificate, no_passphrase, nullptr) == nullptr) {
      X509_free(certificate);  // null already when it was the contents that were malformed
      break;
    }
    out.emplace_back(certificate);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) {
    return std::unexpected(
        Error{"certificate " + std::to_string(out.size() + 1) + " in the PEM text is malformed"});
  }
  if (out.empty()) return std::unexpected(Error{"there is no certificate in PEM (BEGIN CERTIFICATE)"});
  return out;
}

}  // namespace avocet::crypto
