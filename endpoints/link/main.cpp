#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <cstdio>
#include <exception>

#include "endpoints/drive/clock.hpp"
#include "endpoints/drive/stop_signals.hpp"
#include "endpoints/link/forwarder.hpp"
#include "endpoints/link/options.hpp"
#include "endpoints/link/report.hpp"

namespace avocet::link {
namespace {

int fail(const std::string& message) {
  fmt::print(stderr, "avocet-link: {}\n", message);
  return 1;
}

/// The first address of a host; a server that listens on several families is reached by any.
std::expected<PeerAddress, std::string> first_address(const drive::HostPort& target) {
  const auto addresses = drive::resolve(target);
  if (!addresses) return std::unexpected(addresses.error());
  return addresses->front();
}

std::string start_line(const Forwarder& forwarder, const Options& options) {
  const char* which = options.directions == Directions::both ? "both ways"
                      : options.directions == Directions::up ? "client to server only"
                                                             : "server to client only";
  return fmt::format("avocet-link: {} -> {}, {}: {}, seed {}\n", to_string(forwarder.local()),
                     to_string(forwarder.config().to), which, describe(options.link), options.seed);
}

std::expected<ForwarderConfig, std::string> configure(const Options& options) {
  const auto listen = first_address(options.listen);
  if (!listen) return std::unexpected(listen.error());
  const auto to = first_address(options.to);
  if (!to) return std::unexpected(to.error());
  ForwarderConfig config{.listen = *listen, .to = *to, .up = {}, .down = {}};
  if (options.directions != Directions::down) config.up = options.link;
  if (options.directions != Directions::up) config.down = options.link;
  config.seed = options.seed;
  config.idle = options.idle;
  config.max_clients = options.max_clients;
  config.rebinds = options.rebinds;
  return config;
}

int run(const Options& options) {
  auto config = configure(options);
  if (!config) return fail(config.error());
  asio::io_context context(1);
  auto forwarder = Forwarder::open(context, std::move(*config), [&options](const std::string& line) {
    if (!options.quiet) fmt::print(stderr, "avocet-link: {}\n", line);
  });
  if (!forwarder) return fail(forwarder.error());

  // With --json, standard output belongs to the report alone.
  std::FILE* const talk = options.json ? stderr : stdout;
  fmt::print(talk, "{}", start_line(**forwarder, options));
  std::fflush(talk);

  drive::StopSignals signals(context, [&context](int) { context.stop(); });
  drive::Alarm end(context);
  if (options.run_for) end.set(drive::now() + *options.run_for, [&context] { context.stop(); });
  context.run();

  const std::string report_text = report(**forwarder, drive::now()).dump(2) + "\n";
  fmt::print(options.json ? stdout : talk, "{}", options.json ? report_text : summary(**forwarder));
  if (options.stats_file.empty()) return 0;
  const auto written = write_file(options.stats_file, report_text);
  return written ? 0 : fail(written.error());
}

}  // namespace
}  // namespace avocet::link

int main(int argc, char** argv) {
  const auto options = avocet::link::parse_options(argc, argv);
  if (const int* code = std::get_if<int>(&options)) return *code;
  try {
    return avocet::link::run(std::get<avocet::link::Options>(options));
  } catch (const std::exception& error) {
    return avocet::link::fail(error.what());
  }
}
