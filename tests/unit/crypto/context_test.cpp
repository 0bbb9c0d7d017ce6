#include "protocol/crypto/context.hpp"

#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <ctime>
#include <thread>

#include "protocol/crypto/aead.hpp"
#include "protocol/crypto/certificate_chain.hpp"
#include "protocol/crypto/identity.hpp"
#include "protocol/crypto/key_agreement.hpp"
#include "protocol/crypto/trust_anchors.hpp"

// These stand before the C library's functions of the same names, for libcrypto too, and count their calls.

namespace {
int calls_to_clocks = 0, calls_to_randomness = 0;
}

extern "C" {
time_t time(time_t* out) noexcept {
  ++calls_to_clocks;
  timespec now{};
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}
int clock_gettime(clockid_t clock, timespec* out) noexcept {
  ++calls_to_clocks;
  return static_cast<int>(syscall(SYS_clock_gettime, clock, out));
}
int gettimeofday(timeval* __restrict out, void* __restrict) noexcept {
  ++calls_to_clocks;
  return static_cast<int>(syscall(SYS_gettimeofday, out, nullptr));
}
int getentropy(void* out, std::size_t size) {
  ++calls_to_randomness;
  return syscall(SYS_getrandom, out, size, 0) == static_cast<long>(size) ? 0 : -1;
}
}

namespace avocet::crypto {
namespace {

constexpr UnixTime from = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

/// Everything that draws randomness or looks at time, and all that came of it.
Bytes everything(unsigned long long seed) {
  Context context(Entropy::of(seed));
  Random random(Entropy::of(seed + 1));
  Bytes out;
  const auto add = [&](ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  for (Group group : {Group::x25519, Group::secp256r1}) {
    const auto own = KeyAgreement::make(context, group, random),
               other = KeyAgreement::make(context, group, random);
    add(own.share()), add(*own.agree(context, other.share()));
  }
  for (const Identity& identity :
       {Identity::make_ed25519(context, random), Identity::make_rsa(context, 2048)}) {
    add(identity.pem());
    const Identity loaded = std::move(*Identity::from_pem(context, identity.pem()));
    add(loaded.sign(context, as_bytes("text"))), add(loaded.sign(context, as_bytes("text")));
    const auto chain = CertificateChain::make_self_signed(context, identity, random,
                                                          {"avocet", {"localhost"}, from, from + 1h});
    add(chain->certificates()[0]);
    const auto anchors = TrustAnchors::from_pem(context, as_bytes(chain->pem()));
    EXPECT_TRUE(anchors->verify(context, *chain, "localhost", from + 1s));
    EXPECT_FALSE(anchors->verify(context, *chain, "localhost", from + 2h));
  }
  return out;
}

TEST(Context, EqualEntropyGivesEqualBytes) {
  const Bytes once = everything(10);
  EXPECT_EQ(everything(10), once);
  EXPECT_NE(everything(11), once);
}

TEST(Context, EachRsaSignatureHasASaltOfItsOwn) {
  Context context(Entropy::of(1));
  const Identity identity = Identity::make_rsa(context, 2048);
  EXPECT_NE(identity.sign(context, as_bytes("text")), identity.sign(context, as_bytes("text")));
}

TEST(Context, SignaturesDependOnItsEntropyAlone) {
  Context maker(Entropy::of(1));
  const Bytes pem = Identity::make_rsa(maker, 2048).pem();
  const auto sign = [&](unsigned long long seed) {
    Context context(Entropy::of(seed));
    return Identity::from_pem(context, pem)->sign(context, as_bytes("text"));
  };
  EXPECT_EQ(sign(2), sign(2));
  EXPECT_NE(sign(2), sign(3));
}

TEST(Context, MayBeHandedToAnotherThread) {
  // OpenSSL keeps generators for each thread; the one of the new thread must be fed as well.
  const auto sign_twice = [](bool elsewhere) {
    Context context(Entropy::of(1));
    const Identity identity = Identity::make_rsa(context, 2048);
    Bytes signature = identity.sign(context, as_bytes("first"));
    const auto again = [&] { signature = identity.sign(context, as_bytes("second")); };
    if (elsewhere) {
      std::thread(again).join();
    } else {
      again();
    }
    return signature;
  };
  EXPECT_EQ(sign_twice(true), sign_twice(false));
}

TEST(Context, LibcryptoAsksForNeitherTimeNorRandomness) {
  calls_to_clocks = calls_to_randomness = 0;
  (void)everything(20);
  EXPECT_EQ(calls_to_clocks, 0);
  EXPECT_EQ(calls_to_randomness, 0);
  // And these are the functions that it would ask: both generators of its default context do.
  const Handle<ossl_lib_ctx_st> plain(OSSL_LIB_CTX_new());
  unsigned char bytes[16];
  ASSERT_EQ(RAND_bytes_ex(plain.get(), bytes, sizeof bytes, 0), 1);
  EXPECT_GT(calls_to_clocks, 0);
  EXPECT_GT(calls_to_randomness, 0);
}

}  // namespace
}  // namespace avocet::crypto
