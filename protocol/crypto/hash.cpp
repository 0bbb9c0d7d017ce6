#include "protocol/crypto/hash.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace avocet::crypto {
namespace {

unsigned char* raw(std::byte* p) { return reinterpret_cast<unsigned char*>(p); }
const unsigned char* raw(const std::byte* p) { return reinterpret_cast<const unsigned char*>(p); }

}  // namespace

Hash sha384(const Context& context, std::initializer_list<ByteView> parts) {
  Transcript transcript(context);
  for (ByteView part : parts) transcript.add(part);
  return transcript.hash();
}

std::array<std::byte, 32> sha256(const Context& context, ByteView bytes) {
  std::array<std::byte, 32> out;
  require(EVP_Digest(bytes.data(), bytes.size(), raw(out.data()), nullptr, context.sha256(), nullptr) == 1);
  return out;
}

Hash hmac(const Context& context, ByteView key, std::initializer_list<ByteView> parts) {
  EVP_MAC_CTX* mac = context.hmac_sha384();
  require(EVP_MAC_init(mac, raw(key.data()), key.size(), nullptr) == 1);
  for (ByteView part : parts) require(EVP_MAC_update(mac, raw(part.data()), part.size()) == 1);
  Hash out;
  std::size_t size = 0;
  require(EVP_MAC_final(mac, raw(out.data()), &size, out.size()) == 1 && size == out.size());
  return out;
}

Transcript::Transcript(const Context& context) : running_(EVP_MD_CTX_new()) {
  require(running_ != nullptr && EVP_DigestInit_ex2(running_.get(), context.sha384(), nullptr) == 1);
}

Transcript::Transcript(const Transcript& other) : running_(EVP_MD_CTX_new()) { *this = other; }

Transcript& Transcript::operator=(const Transcript& other) {
  if (this == &other) return *this;
  if (running_ == nullptr) running_.reset(EVP_MD_CTX_new());
  require(EVP_MD_CTX_copy_ex(running_.get(), other.running_.get()) == 1);
  return *this;
}

void Transcript::add(ByteView message) {
  require(EVP_DigestUpdate(running_.get(), message.data(), message.size()) == 1);
}

Hash Transcript::hash() const {
  Transcript fork(*this);  // finishing ends a digest
  Hash out;
  require(EVP_DigestFinal_ex(fork.running_.get(), raw(out.data()), nullptr) == 1);
  return out;
}

Bytes signed_content(std::string_view label, const Hash& transcript) {
  Bytes content(64 + label.size() + 1 + transcript.size());
  auto end = std::fill_n(content.begin(), 64, std::byte{0x20});  // AV-HS-28
  end = std::ranges::copy(as_bytes(label), end).out;
  *end++ = std::byte{0};
  std::ranges::copy(transcript, end);
  return content;
}

}  // namespace avocet::crypto
