#include "protocol/crypto/ipsec_mb.hpp"

#include <array>
#include <utility>

#ifdef AVOCET_IPSEC_MB
#include <intel-ipsec-mb.h>
#endif

namespace avocet::crypto {

#ifdef AVOCET_IPSEC_MB

namespace {

constexpr std::size_t tag_bytes = 16;

std::uint8_t* raw(std::byte* p) { return reinterpret_cast<std::uint8_t*>(p); }
const std::uint8_t* raw(const std::byte* p) { return reinterpret_cast<const std::uint8_t*>(p); }

}  // namespace

struct IpsecMb::Key {
  gcm_key_data expanded;
  gcm_context_data scratch;  // of one packet; nothing of it outlives a call
};

void IpsecMb::Wipe::operator()(Key* key) const noexcept {
  wipe({reinterpret_cast<std::byte*>(key), sizeof *key});
  delete key;
}

/// The manager is for work in batches, which we have no use for: it only knows which functions are the best.
std::optional<IpsecMb> IpsecMb::find() {
  const std::unique_ptr<IMB_MGR, void (*)(IMB_MGR*)> manager(alloc_mb_mgr(0), free_mb_mgr);
  if (manager == nullptr) return std::nullopt;
  init_mb_mgr_auto(manager.get(), nullptr);
  // Without these instructions it works by tables, which others on the processor can watch.
  constexpr std::uint64_t needed = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
  const bool suits = imb_get_errno(manager.get()) == 0 && (manager->features & needed) == needed;
  if (!suits) return std::nullopt;
  return IpsecMb(manager->gcm256_pre, manager->gcm256_enc, manager->gcm256_dec);
}

IpsecMb::KeyHandle IpsecMb::expand(const Secret<32>& key) const {
  KeyHandle expanded(new Key{});
  prepare_(key.bytes().data(), &expanded->expanded);
  return expanded;
}

void IpsecMb::seal(Key& key, const unsigned char* nonce, ByteView header, ByteSpan text,
                   std::byte* tag) const noexcept {
  seal_(&key.expanded, &key.scratch, raw(text.data()), raw(text.data()), text.size(), nonce,
        raw(header.data()), header.size(), raw(tag), tag_bytes);
}

bool IpsecMb::open(Key& key, const unsigned char* nonce, ByteView header, ByteSpan text,
                   const std::byte* tag) const noexcept {
  std::array<std::byte, tag_bytes> expected;
  open_(&key.expanded, &key.scratch, raw(text.data()), raw(text.data()), text.size(), nonce,
        raw(header.data()), header.size(), raw(expected.data()), tag_bytes);
  return equal_in_constant_time(expected, ByteView(tag, tag_bytes));
}

#else

// Nobody has one of these to call anything on.
struct IpsecMb::Key {};

std::optional<IpsecMb> IpsecMb::find() { return std::nullopt; }
void IpsecMb::Wipe::operator()(Key* key) const noexcept { delete key; }
IpsecMb::KeyHandle IpsecMb::expand(const Secret<32>&) const { std::unreachable(); }
void IpsecMb::seal(Key&, const unsigned char*, ByteView, ByteSpan, std::byte*) const noexcept {
  std::unreachable();
}
bool IpsecMb::open(Key&, const unsigned char*, ByteView, ByteSpan, const std::byte*) const noexcept {
  std::unreachable();
}

#endif

}  // namespace avocet::crypto
