#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "analysis/replay/scenario_text.hpp"

namespace avocet::analysis {
namespace {

int complain(const std::string& what) {
  fmt::print(stderr, "avocet-replay: {}\n", what);
  return 1;
}

int run(const RecoverRequest& request, const std::string& out, const std::string& command) {
  const auto session = recover_session(request);
  if (!session) return complain(session.error());
  const std::string& file = request.files[0];
  const std::string text = scenario_text(*session, file.substr(file.rfind('/') + 1), command);
  if (out == "-") {
    fmt::print("{}", text);
    return 0;
  }
  std::ofstream stream(out, std::ios::binary | std::ios::trunc);
  stream << text;
  if (!stream.flush().good()) return complain(fmt::format("cannot write {}", out));
  const RecoveredPath& path = session->down;
  fmt::print("{:.1f} s, {}\n", session->length, session->how);
  fmt::print(
      "to the viewer: {:.1f} ms (jitter {:.1f}), {:.2f} % lost, capacity in {} steps, known in {:.0f} % of "
      "the time\n",
      path.delay * 1e3, path.jitter * 1e3, path.loss * 100, path.capacity.size(), path.known_share * 100);
  fmt::print("{} is written; to replay it: avocet-sim run {}\n", out, out);
  return 0;
}

}  // namespace
}  // namespace avocet::analysis

int main(int argc, char** argv) {
  avocet::analysis::RecoverRequest request;
  std::string out;
  CLI::App app{
      "Recovers the path from a capture of Avocet traffic, or from two of the same session, as a scenario "
      "that\n"
      "avocet-sim runs: capacity, delay, jitter and loss as they were that evening."};
  app.footer(
      "From both ends:           avocet-replay server.pcap viewer.pcap --keylog keys.log --out evening.toml\n"
      "Near the server, or live: avocet-replay server.pcap --keylog keys.log --out evening.toml\n"
      "Then:                     avocet-sim run evening.toml --out result\n"
      "Where the flow did not fill the path, its capacity is a lower bound; the scenario says where.");
  app.add_option("FILE", request.files, "capture, pcap or pcapng; two of the same session tell the most")
      ->required()
      ->expected(1, 2);
  app.add_option("--out", out, "write the scenario there (- for standard output)")->required();
  app.add_option("--keylog", request.key_log,
                 "key log of one of the ends: what was sent, and when a single capture saw it arrive");
  app.add_option("--port", request.ports,
                 "a further UDP port of ours, for captures that begin in the middle");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::string command;
  for (int i = 0; i < argc; ++i) command += (i == 0 ? "" : " ") + std::string(argv[i]);
  return avocet::analysis::run(request, out, command);
}
