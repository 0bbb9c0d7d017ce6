#include "endpoints/state/identities.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "protocol/crypto/random.hpp"
#include "protocol/crypto/secret.hpp"

namespace avocet::state {
namespace {

constexpr auto certificate_life = std::chrono::hours(24) * 3650;

/// Two sources of randomness from one: libcrypto's and our own.
struct Sources {
  explicit Sources(const Entropy& entropy)
      : random(entropy), context(std::make_shared<crypto::Context>(random.fork())) {}
  crypto::Random random;
  std::shared_ptr<crypto::Context> context;
};

std::string host_name() {
  char name[65] = "";
  return ::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "localhost";
}

Result<std::shared_ptr<const crypto::Identity>> load_identity(Sources& sources,
                                                              const std::filesystem::path& file) {
  auto pem = read_file(file);
  if (!pem) return std::unexpected(pem.error());
  auto identity = crypto::Identity::from_pem(*sources.context, *pem);
  crypto::wipe(*pem);
  if (!identity)
    return std::unexpected(
        fmt::format("{} is not a usable key: {}", file.string(), identity.error().message));
  return std::make_shared<const crypto::Identity>(std::move(*identity));
}

Result<void> save_identity(const crypto::Identity& identity, const std::filesystem::path& file) {
  Bytes pem = identity.pem();
  auto saved = write_file(file, pem, true);
  crypto::wipe(pem);
  return saved;
}

Result<session::ServerCredentials> load_with(Sources sources, const std::filesystem::path& certificate,
                                             const std::filesystem::path& key) {
  auto identity = load_identity(sources, key);
  if (!identity) return std::unexpected(identity.error());
  auto pem = read_file(certificate);
  if (!pem) return std::unexpected(pem.error());
  auto chain = crypto::CertificateChain::from_pem(*sources.context, *pem);
  if (!chain) {
    return std::unexpected(
        fmt::format("{} is not a usable certificate: {}", certificate.string(), chain.error().message));
  }
  if (chain->public_key() != (*identity)->public_key()) {
    return std::unexpected(
        fmt::format("the certificate in {} is not for the key in {}: name the two that belong together",
                    certificate.string(), key.string()));
  }
  return session::ServerCredentials{sources.context, *identity,
                                    std::make_shared<const crypto::CertificateChain>(std::move(*chain))};
}

}  // namespace

Result<session::ServerCredentials> load_server(const std::filesystem::path& certificate,
                                               const std::filesystem::path& key, const Entropy& entropy) {
  return load_with(Sources(entropy), certificate, key);
}

Result<session::ServerCredentials> load_or_make_server(const std::filesystem::path& folder,
                                                       const Entropy& entropy, UnixTime now) {
  const auto key = folder / "server.key", certificate = folder / "server.crt";
  Sources sources(entropy);
  if (std::filesystem::exists(key) && std::filesystem::exists(certificate)) {
    return load_with(std::move(sources), certificate, key);
  }
  const auto identity = crypto::Identity::make_ed25519(*sources.context, sources.random);
  const std::string name = host_name();
  const auto chain = crypto::CertificateChain::make_self_signed(*sources.context, identity, sources.random,
                                                                {.name = name,
                                                                 .hosts = {name, "localhost"},
                                                                 .from = now - std::chrono::hours(1),
                                                                 .until = now + certificate_life});
  if (!chain) return std::unexpected("cannot make a certificate: " + chain.error().message);
  if (auto saved = save_identity(identity, key); !saved) return std::unexpected(saved.error());
  if (auto saved = write_file(certificate, as_bytes(chain->pem())); !saved)
    return std::unexpected(saved.error());
  return load_with(std::move(sources), certificate, key);
}

Result<session::ClientCredentials> load_or_make_client(const std::filesystem::path& folder,
                                                       const Entropy& entropy) {
  const auto file = folder / "client.key";
  Sources sources(entropy);
  if (!std::filesystem::exists(file)) {
    const auto made = crypto::Identity::make_ed25519(*sources.context, sources.random);
    if (auto saved = save_identity(made, file); !saved) return std::unexpected(saved.error());
  }
  auto identity = load_identity(sources, file);
  if (!identity) return std::unexpected(identity.error());
  return session::ClientCredentials{sources.context, *identity, {}};
}

}  // namespace avocet::state
