// What a peer or a file can hand to the crypto room, on arbitrary bytes: public keys, certificate chains,
// private keys in PEM. The first byte chooses. Whatever is accepted must be written back to the same bytes
// and be usable.

#include <cstdint>
#include <cstdlib>

#include "protocol/crypto/certificate_chain.hpp"
#include "protocol/crypto/identity.hpp"
#include "protocol/crypto/trust_anchors.hpp"

namespace avocet::crypto {
namespace {

constexpr UnixTime today = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

void check(bool ok) {
  if (!ok) std::abort();
}

void fuzz_public_key(const Context& context, ByteView bytes) {
  const auto key = PublicKey::from_der(context, bytes);
  if (!key) return;
  check(std::ranges::equal(key->der(), bytes));
  check(!key->verify(context, as_bytes("text"), Bytes(64, std::byte{1})));
}

void use(const Context& context, const CertificateChain& chain) {
  static_cast<void>(chain.validity());
  check(!verify_pinned(chain, Fingerprint{}));
  const auto anchors = TrustAnchors::from_pem(context, as_bytes(chain.pem()));
  check(anchors.has_value());
  static_cast<void>(anchors->verify(context, chain, "localhost", today));
  static_cast<void>(anchors->verify(context, chain, "192.0.2.7", today));
}

/// The bytes cut into certificates by a length of two bytes before each.
void fuzz_chain(const Context& context, ByteView bytes) {
  std::vector<ByteView> certificates;
  while (bytes.size() > 2) {
    const std::size_t wanted =
        std::to_integer<std::size_t>(bytes[0]) << 8 | std::to_integer<std::size_t>(bytes[1]);
    const std::size_t size = std::min(wanted, bytes.size() - 2);
    certificates.push_back(bytes.subspan(2, size));
    bytes = bytes.subspan(2 + size);
  }
  const auto chain = CertificateChain::from_der(context, certificates);
  if (!chain) return;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    check(std::ranges::equal(chain->certificates()[i], certificates[i]));
  }
  use(context, *chain);
}

void fuzz(ByteView input) {
  static Context context(Entropy::of(1));
  const ByteView bytes = input.subspan(1);
  switch (std::to_integer<unsigned>(input[0]) % 4) {
    case 0: return fuzz_public_key(context, bytes);
    case 1: return fuzz_chain(context, bytes);
    case 2:
      if (const auto chain = CertificateChain::from_pem(context, bytes)) use(context, *chain);
      return;
    default:
      if (const auto identity = Identity::from_pem(context, bytes)) {
        const Bytes text(8);
        check(identity->public_key().verify(context, text, identity->sign(context, text)));
      }
  }
}

}  // namespace
}  // namespace avocet::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) avocet::crypto::fuzz(std::as_bytes(std::span(data, size)));
  return 0;
}
