#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <cstdio>

#include "endpoints/drive/clock.hpp"
#include "endpoints/drive/entropy.hpp"
#include "endpoints/drive/stop_signals.hpp"
#include "endpoints/server/commands.hpp"
#include "endpoints/server/host.hpp"
#include "endpoints/state/identities.hpp"

namespace avocet::server {
namespace {

state::Result<session::ServerCredentials> credentials(const ServeOptions& options) {
  const Entropy entropy = drive::draw_entropy();
  if (!options.certificate.empty()) return state::load_server(options.certificate, options.key, entropy);
  return state::load_or_make_server(options.state, entropy, drive::unix_time());
}

/// The address as a person on this machine would write it, and a command to paste.
void print_greeting(const Host& host, const crypto::Fingerprint& fingerprint) {
  const PeerAddress local = host.local();
  fmt::print("avocet-server: listening on {} (UDP)\n", to_string(local));
  fmt::print("certificate SHA-256: {}\n", to_string(fingerprint));
  std::string example = "NAME";
  for (const auto& title : host.titles().catalogue()) {
    if (!title.problem.empty()) {
      fmt::print("cannot be played: {}: {}\n", title.name, title.problem);
    } else if (example == "NAME") {
      example = title.name;
    }
  }
  const std::string port = local.port == wire::default_port ? "" : fmt::format(":{}", local.port);
  fmt::print("play from this machine:\n  avocet-client play avocet://localhost{}/{} --trust {}\n", port,
             example, to_string(fingerprint));
  std::fflush(stdout);
}

}  // namespace

int serve(const ServeOptions& options) {
  auto keys = credentials(options);
  if (!keys) return fail(keys.error());
  const auto addresses = drive::resolve(options.listen);
  if (!addresses) return fail(addresses.error());
  const crypto::Fingerprint fingerprint = keys->chain->fingerprint();

  asio::io_context context(1);
  auto host = Host::open(context, options, addresses->front(), std::move(*keys));
  if (!host) return fail(host.error());
  print_greeting(**host, fingerprint);
  drive::StopSignals signals(context, [&host](int) { (*host)->stop(); });
  (*host)->start([&signals] { signals.cancel(); });
  context.run();
  return 0;
}

}  // namespace avocet::server
