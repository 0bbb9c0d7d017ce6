// Handshakes per second and core at the server, beside the rate that its primitives alone would allow: an
// X25519 key pair, an X25519 agreement, a signature of its identity, a verification of the client's.

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstdlib>
#include <memory>

#include "protocol/session/listener.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/report.hpp"
#include "tests/support/credentials.hpp"

namespace avocet::bench {
namespace {

constexpr int handshakes_per_round = 60;
constexpr PeerAddress server_address = PeerAddress::v4(192, 0, 2, 1, 4747);

void require(bool good) {
  if (!good) std::abort();
}

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Digest = std::unique_ptr<EVP_MD_CTX, Free>;

Key make_key(const char* type) { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, type)); }
Key make_rsa() { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})); }

/// The four operations with libcrypto and nothing else.
class Primitives {
 public:
  explicit Primitives(bool rsa)
      : rsa_(rsa),
        identity_(rsa ? make_rsa() : make_key("ED25519")),
        client_(make_key("ED25519")),
        peer_(make_key("X25519")),
        from_client_(sign(client_.get(), false)) {}

  void run() {
    const Key own = make_key("X25519");
    const std::unique_ptr<EVP_PKEY_CTX, Free> agreement(EVP_PKEY_CTX_new(own.get(), nullptr));
    std::array<unsigned char, 32> secret{};
    std::size_t size = secret.size();
    require(EVP_PKEY_derive_init(agreement.get()) == 1 &&
            EVP_PKEY_derive_set_peer(agreement.get(), peer_.get()) == 1 &&
            EVP_PKEY_derive(agreement.get(), secret.data(), &size) == 1);
    sign(identity_.get(), rsa_);
    const Digest verifier(EVP_MD_CTX_new());
    require(EVP_DigestVerifyInit(verifier.get(), nullptr, nullptr, nullptr, client_.get()) == 1 &&
            EVP_DigestVerify(verifier.get(), from_client_.data(), from_client_.size(), message_.data(),
                             message_.size()) == 1);
  }

 private:
  std::vector<unsigned char> sign(EVP_PKEY* key, bool rsa) {
    const Digest signer(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    const EVP_MD* hash = rsa ? EVP_sha256() : nullptr;
    require(EVP_DigestSignInit(signer.get(), &parameters, hash, nullptr, key) == 1);
    if (rsa) require(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1);
    std::vector<unsigned char> out(512);
    std::size_t size = out.size();
    require(EVP_DigestSign(signer.get(), out.data(), &size, message_.data(), message_.size()) == 1);
    out.resize(size);
    return out;
  }

  std::array<unsigned char, 134> message_{};  // as long as what a handshake signs
  bool rsa_;
  Key identity_, client_, peer_;
  std::vector<unsigned char> from_client_;
};

session::ServerCredentials credentials(bool rsa) {
  if (!rsa) return test::server_credentials(1);
  auto context = std::make_shared<crypto::Context>(Entropy::of(1));
  crypto::Random random(Entropy::of(2));
  auto identity = std::make_shared<crypto::Identity>(crypto::Identity::make_rsa(*context, 2048));
  auto chain = std::make_shared<crypto::CertificateChain>(*crypto::CertificateChain::make_self_signed(
      *context, *identity, random,
      {.name = "bench", .hosts = {"localhost"}, .from = test::calendar - 1h, .until = test::calendar + 1h}));
  return {std::move(context), std::move(identity), std::move(chain)};
}

/// Handshakes in memory; counts the CPU time of each side.
class Handshakes {
 public:
  explicit Handshakes(bool rsa)
      : listener_({}, credentials(rsa), Entropy::of(3)), client_credentials_(test::client_credentials(4)) {}

  void run() {
    const PeerAddress from = PeerAddress::v4(198, 51, 100, 1, static_cast<std::uint16_t>(1024 + count_));
    now_ += 1ms;
    std::optional<session::Session> client;
    client_cpu += cpu_of([&] {
      client = session::Session::connect({}, client_credentials_, server_address, Entropy::of(100 + count_),
                                         now_, test::calendar);
    });
    ++count_;
    while (!client->connected() || !accepted_) {
      client_cpu += cpu_of([&] { drain(*client, to_server_); });
      server_cpu += cpu_of([&] {
        deliver(listener_, to_server_, from, server_address);
        drain(listener_, to_client_);
      });
      client_cpu += cpu_of([&] { deliver(*client, to_client_, server_address, from); });
    }
    accepted_ = false;
  }

  double server_cpu = 0, client_cpu = 0;

 private:
  template <class End>
  void deliver(End& end, std::vector<Bytes>& datagrams, PeerAddress from, PeerAddress to) {
    for (Bytes& bytes : datagrams) {
      end.receive(now_, {.from = from, .to = to, .arrived = now_, .bytes = bytes});
    }
    datagrams.clear();
  }
  template <class End>
  void drain(End& end, std::vector<Bytes>& out) {
    for (;;) {
      auto output = end.poll(now_, room_, 40);
      if (std::holds_alternative<session::Wake>(output)) return;
      if (const auto* t = std::get_if<session::Transmit>(&output)) {
        for (std::size_t at = 0; at < t->size; at += t->segment) {
          const auto datagram = ByteView(room_).subspan(at, std::min(t->segment, t->size - at));
          out.emplace_back(datagram.begin(), datagram.end());
        }
      } else if constexpr (std::is_same_v<End, session::Listener>) {
        const auto& told = std::get<session::Listener::SessionEvent>(output);
        accepted_ = accepted_ || std::holds_alternative<session::Connected>(told.event);
      }
    }
  }

  session::Listener listener_;
  session::ClientCredentials client_credentials_;
  Time now_{1s};
  std::uint64_t count_ = 0;
  bool accepted_ = false;
  Bytes room_ = Bytes(64 << 10);
  std::vector<Bytes> to_server_, to_client_;
};

void measure(const char* name, bool rsa) {
  Primitives primitives(rsa);
  Handshakes handshakes(rsa);
  for (int i = 0; i < handshakes_per_round; ++i) handshakes.run(), primitives.run();
  std::vector<double> rate, bare_rate, ratio, client;
  for (int round = 0; round < rounds; ++round) {
    handshakes.server_cpu = handshakes.client_cpu = 0;
    double bare = 0;
    for (int i = 0; i < handshakes_per_round; ++i) {
      handshakes.run();
      bare += cpu_of([&] { primitives.run(); });
    }
    rate.push_back(handshakes_per_round / handshakes.server_cpu);
    bare_rate.push_back(handshakes_per_round / bare);
    ratio.push_back(rate.back() / bare_rate.back());
    client.push_back(handshakes_per_round / handshakes.client_cpu);
  }
  print({.what = fmt::format("handshakes of a server, {}", name),
         .value = median(rate),
         .unit = "/s/core",
         .limit = Limit{"X25519 key pair + agreement, sign, verify", median(bare_rate)},
         .ratio = median(ratio),
         .target = Target{0.75, false, true},
         .note = fmt::format("clients: {:.0f}/s/core", median(client))});
}

}  // namespace
}  // namespace avocet::bench

int main() {
  avocet::bench::measure("Ed25519", false);
  avocet::bench::measure("RSA-2048", true);
}
