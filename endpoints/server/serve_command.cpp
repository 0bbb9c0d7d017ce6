#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <cstdio>

#include "endpoints/drive/stop_signals.hpp"
#include "endpoints/server/commands.hpp"
#include "endpoints/server/host.hpp"

namespace avocet::server {
namespace {

/// The address as a person on this machine would write it, and a command to paste.
void print_greeting(const Host& host) {
  const crypto::Fingerprint& fingerprint = host.fingerprint();
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
  const auto addresses = drive::resolve(options.listen);
  if (!addresses) return fail(addresses.error());

  asio::io_context context(1);
  auto host = Host::open(context, options, addresses->front());
  if (!host) return fail(host.error());
  print_greeting(**host);
  drive::StopSignals signals(context, [&host](int) { (*host)->stop(); });
  (*host)->start([&signals] { signals.cancel(); });
  context.run();
  return (*host)->error().empty() ? 0 : fail((*host)->error());
}

}  // namespace avocet::server
