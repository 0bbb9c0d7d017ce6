#include "endpoints/client/server_trust.hpp"

#include <fmt/format.h>

namespace avocet::client {
namespace {

/// The first SHA-256 in a text.
std::optional<crypto::Fingerprint> find_fingerprint(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::size_t length = 64;
  for (std::size_t at = text.find_first_of(digits); at != std::string_view::npos;
       at = text.find_first_of(digits, at)) {
    const std::size_t end = std::min(text.find_first_not_of(digits, at), text.size());
    if (end - at == length) return crypto::parse_fingerprint(text.substr(at, length));
    at = end;
  }
  return std::nullopt;
}

}  // namespace

state::Result<ServerTrust> ServerTrust::load(const ServerOptions& options, const crypto::Context& context) {
  ServerTrust trust;
  trust.server_ = options.url.server_text();
  if (options.trust) {
    trust.ground_ = Ground::pinned;
    trust.trust_.pinned = options.trust;
    return trust;
  }
  if (!options.authorities.empty()) {
    const auto pem = state::read_file(options.authorities);
    if (!pem) return std::unexpected(pem.error());
    auto anchors = crypto::TrustAnchors::from_pem(context, *pem);
    if (!anchors) {
      return std::unexpected(fmt::format("{} is not a usable bundle of certificates: {}",
                                         options.authorities.string(), anchors.error().message));
    }
    trust.ground_ = Ground::authorities;
    trust.trust_.anchors = std::make_shared<const crypto::TrustAnchors>(std::move(*anchors));
    trust.trust_.host = options.url.server.host;
    return trust;
  }
  auto known = state::KnownHosts::load(options.state / "known_hosts");
  if (!known) return std::unexpected(known.error());
  trust.known_ = std::move(*known);
  trust.trust_.pinned = trust.known_->find(trust.server_);
  if (trust.trust_.pinned) trust.ground_ = Ground::known;
  return trust;
}

state::Result<std::string> ServerTrust::accept(std::string_view fingerprint) {
  if (ground_ != Ground::first_use) return {};
  const auto shown = crypto::parse_fingerprint(fingerprint);
  if (!shown) return std::unexpected("the server's fingerprint does not read");
  // Another client may have met it meanwhile, and what it remembered must stay.
  if (auto fresh = state::KnownHosts::load(known_->file())) known_ = std::move(*fresh);
  if (auto saved = known_->remember(server_, *shown); !saved) return std::unexpected(saved.error());
  ground_ = Ground::known;
  trust_.pinned = shown;  // whoever answers at the next connection must be the same
  return fmt::format("{} is met for the first time; its certificate is remembered in {}\n  SHA-256 {}",
                     server_, known_->file().string(), to_string(*shown));
}

std::string ServerTrust::explain_refusal(std::string_view reason) const {
  if (ground_ != Ground::known) return fmt::format("{} is not trusted: {}", server_, reason);
  const auto came = find_fingerprint(reason);
  const std::string shown = came ? to_string(*came) : "unknown";
  return fmt::format(
      "THE KEY OF {0} HAS CHANGED, so nothing was played\n"
      "  known  SHA-256 {1}\n"
      "  shown  SHA-256 {2}\n"
      "Either the server was set up anew, or somebody between you and it pretends to be it. Ask whoever runs "
      "it for\n"
      "its fingerprint (`avocet-server fingerprint`). Only if that is the one shown: remove the line that "
      "begins with\n"
      "`{0}` from {3}, or give --trust {2}",
      server_, to_string(*trust_.pinned), shown, known_->file().string());
}

}  // namespace avocet::client
