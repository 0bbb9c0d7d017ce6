#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "protocol/crypto/secret.hpp"

// Types of libipsec-mb, so that no header of this room includes its own.
struct gcm_context_data;
struct gcm_key_data;

namespace avocet::crypto {

/// AES-256-GCM of Intel's multi-buffer library: three functions that suit this processor, without state. With
/// VAES they take a quarter of libcrypto's time for a packet (specs/decisions/0036).
class IpsecMb {
 public:
  /// Nothing when this build or this processor does without.
  static std::optional<IpsecMb> find();

  /// A key with what follows from it. Wiped when it goes.
  struct Key;
  struct Wipe {
    void operator()(Key*) const noexcept;
  };
  using KeyHandle = std::unique_ptr<Key, Wipe>;
  KeyHandle expand(const Secret<32>& key) const;

  /// In place; the nonce is of 12 bytes, the tag of 16.
  void seal(Key&, const unsigned char* nonce, ByteView header, ByteSpan text, std::byte* tag) const noexcept;
  /// False when the packet is not authentic; what is in `text` is then to be wiped.
  [[nodiscard]] bool open(Key&, const unsigned char* nonce, ByteView header, ByteSpan text,
                          const std::byte* tag) const noexcept;

 private:
  using Prepare = void (*)(const void* key, gcm_key_data*);
  using Run = void (*)(const gcm_key_data*, gcm_context_data*, std::uint8_t* out, const std::uint8_t* in,
                       std::uint64_t size, const std::uint8_t* nonce, const std::uint8_t* header,
                       std::uint64_t header_size, std::uint8_t* tag, std::uint64_t tag_size);
  IpsecMb(Prepare prepare, Run sealing, Run opening) : prepare_(prepare), seal_(sealing), open_(opening) {}

  Prepare prepare_;
  Run seal_, open_;
};

}  // namespace avocet::crypto
