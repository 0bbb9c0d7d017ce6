#include "sim/adapter/credentials.hpp"

#include "protocol/crypto/random.hpp"

namespace avocet::sim {

session::ServerCredentials server_credentials(std::uint64_t seed) {
  auto context = std::make_shared<crypto::Context>(Entropy::of(seed));
  crypto::Random random(Entropy::of(seed + 1));
  auto identity = std::make_shared<crypto::Identity>(crypto::Identity::make_ed25519(*context, random));
  auto chain = crypto::CertificateChain::make_self_signed(*context, *identity, random,
                                                          {.name = "simulated",
                                                           .hosts = {"localhost"},
                                                           .from = calendar - std::chrono::hours(1),
                                                           .until = calendar + std::chrono::hours(24)});
  return {std::move(context), std::move(identity),
          std::make_shared<crypto::CertificateChain>(std::move(*chain))};
}

session::ClientCredentials client_credentials(std::uint64_t seed) {
  auto context = std::make_shared<crypto::Context>(Entropy::of(seed));
  crypto::Random random(Entropy::of(seed + 1));
  auto identity = std::make_shared<crypto::Identity>(crypto::Identity::make_ed25519(*context, random));
  return {std::move(context), std::move(identity), {}};
}

}  // namespace avocet::sim
