#include <CLI/CLI.hpp>
#include <optional>

#include "analysis/output/capture_qlog.hpp"
#include "analysis/output/embed_keys.hpp"
#include "analysis/outputs.hpp"
#include "analysis/read_files.hpp"
#include "analysis/watch_live.hpp"

namespace avocet::analysis {
namespace {

struct Options {
  Sources sources;
  Outputs outputs;
  std::string embed, qlog, live;
  double seconds = 0;
};

bool embed(const Options& options) {
  const auto failed = embed_keys(options.sources.files[0], options.sources.key_log, options.embed);
  if (!failed.empty()) complain(failed);
  return failed.empty();
}

int run(const Options& options) {
  std::optional<CaptureQlog> qlog;
  const bool live = !options.live.empty();
  if (!options.qlog.empty()) qlog.emplace(options.qlog, live ? options.live : options.sources.files[0]);
  PacketListener* beside = qlog ? &*qlog : nullptr;
  const auto account = live ? watch_live(options.live, options.seconds, options.sources, beside)
                            : read_files(options.sources, beside);
  if (!account) return complain(account.error()), 1;
  bool good = options.embed.empty() || embed(options);
  if (qlog && !qlog->good()) good = false, complain("cannot write " + options.qlog);
  good = write_outputs(*account, options.outputs) && good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace avocet::analysis

int main(int argc, char** argv) {
  avocet::analysis::Options options;
  CLI::App app{
      "Reads a capture of Avocet traffic and says what the network did and what the viewer saw.\n"
      "Without keys it measures the path; with the key log it explains every frame."};
  app.footer(
      "Captures:  tcpdump -i any -s 0 -w evening.pcap udp port 4747\n"
      "Keys:      avocet-client play ... --keylog keys.log\n"
      "Report:    avocet-analyze evening.pcap --keylog keys.log --html evening.html\n"
      "Now:       avocet-analyze --live eth0 --keylog keys.log --html now.html\n"
      "Both ends: avocet-analyze server.pcap viewer.pcap --html between.html");
  auto* file =
      app.add_option(
             "FILE", options.sources.files,
             "capture, pcap or pcapng; - is the standard input. Two captures of one session, made at\n"
             "different places, tell the way between them: delay, and where each packet was lost")
          ->expected(1, CLI::detail::expected_max_vector_size);
  app.add_option("--keylog", options.sources.key_log, "key log of one of the ends, to open the packets with");
  app.add_option("--json", options.outputs.json, "write all measures there (- for standard output)");
  app.add_option("--csv", options.outputs.csv, "write time series and lists into that folder, as CSV");
  app.add_option("--html", options.outputs.html, "write a report with plots there");
  app.add_option("--plots", options.outputs.plots,
                 "draw the report's plots into that folder, as PNG (needs gnuplot)");
  app.add_option("--qlog", options.qlog, "write all packets there as qlog (.sqlog)");
  auto* embed_option =
      app.add_option(
             "--embed-keys", options.embed,
             "write the capture there with the keys in it, as pcapng; Wireshark's plugin finds them.\n"
             "Who has that file can read what was said")
          ->needs("--keylog");
  app.add_option("--port", options.sources.ports,
                 "a further UDP port of ours, for captures that begin in the middle");
  auto* live =
      app.add_option("--live", options.live,
                     "capture on that interface (any: on all of them) and show what happens, until Ctrl-C;\n"
                     "the key log is followed while it is written")
          ->excludes(file)
          ->excludes(embed_option);
  app.add_option("--seconds", options.seconds, "end --live after so long")
      ->needs(live)
      ->check(CLI::PositiveNumber);
  try {
    app.parse(argc, argv);
    if (options.live.empty() && options.sources.files.empty())
      throw CLI::RequiredError("FILE, or --live INTERFACE,");
    if (options.sources.files.size() > 2)
      throw CLI::ArgumentMismatch(
          "Two captures of one session at most: their lines of time are compared. Join "
          "others first, as mergecap does");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  for (int i = 0; i < argc; ++i) options.outputs.command += (i == 0 ? "" : " ") + std::string(argv[i]);
  return avocet::analysis::run(options);
}
