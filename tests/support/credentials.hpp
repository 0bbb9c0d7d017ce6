#pragma once

#include <memory>

#include "protocol/crypto/random.hpp"
#include "protocol/session/config.hpp"

namespace avocet::test {

inline constexpr UnixTime calendar{std::chrono::seconds(1'800'000'000)};

/// A server's long-term keys, the same for the same seed: Ed25519 with a self-signed certificate.
inline session::ServerCredentials server_credentials(std::uint64_t seed) {
  auto context = std::make_shared<crypto::Context>(Entropy::of(seed));
  crypto::Random random(Entropy::of(seed + 1));
  auto identity = std::make_shared<crypto::Identity>(crypto::Identity::make_ed25519(*context, random));
  auto chain = std::make_shared<crypto::CertificateChain>(
      *crypto::CertificateChain::make_self_signed(*context, *identity, random,
                                                  {.name = "test",
                                                   .hosts = {"localhost"},
                                                   .from = calendar - std::chrono::hours(1),
                                                   .until = calendar + std::chrono::hours(1)}));
  return {std::move(context), std::move(identity), std::move(chain)};
}

inline session::ClientCredentials client_credentials(std::uint64_t seed) {
  auto context = std::make_shared<crypto::Context>(Entropy::of(seed));
  crypto::Random random(Entropy::of(seed + 1));
  auto identity = std::make_shared<crypto::Identity>(crypto::Identity::make_ed25519(*context, random));
  return {std::move(context), std::move(identity), {}};
}

}  // namespace avocet::test
