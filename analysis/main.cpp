#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/output/account_csv.hpp"
#include "analysis/output/account_json.hpp"
#include "analysis/output/account_page.hpp"
#include "analysis/output/account_text.hpp"
#include "analysis/output/embed_keys.hpp"
#include "analysis/read_files.hpp"

namespace avocet::analysis {
namespace {

struct Options {
  Sources sources;
  std::string json, csv, html, embed;
  std::string command;
};

int complain(const std::string& what) {
  fmt::print(stderr, "avocet-analyze: {}\n", what);
  return 1;
}

/// To a file, or with `-` to the standard output.
bool write(const std::string& name, const std::string& text) {
  if (name == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return true;
  }
  std::ofstream out(name, std::ios::binary | std::ios::trunc);
  out << text;
  out.flush();
  if (!out.good()) complain(fmt::format("cannot write {}", name));
  return out.good();
}

int run(const Options& options) {
  const auto account = read_files(options.sources);
  if (!account) return complain(account.error());

  bool good = true;
  if (!options.embed.empty()) {
    const auto failed = embed_keys(options.sources.files[0], options.sources.key_log, options.embed);
    if (!failed.empty()) good = false, complain(failed);
  }
  if (!options.json.empty()) good = write(options.json, to_json(*account).dump(2) + '\n') && good;
  if (!options.csv.empty()) good = write(options.csv, to_csv(*account)) && good;
  if (!options.html.empty()) good = write(options.html, to_page(*account, options.command)) && good;
  if (options.json != "-" && options.csv != "-") {
    fmt::print("{}", to_text(*account));
  } else if (!account->trouble.empty())
    fmt::print(stderr, "avocet-analyze: {}; the report is of what came before\n", account->trouble);
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
      "Both ends: avocet-analyze server.pcap viewer.pcap --html between.html");
  app.add_option("FILE", options.sources.files,
                 "capture, pcap or pcapng; - is the standard input. Two captures of one session, made at\n"
                 "different places, tell the way between them: delay, and where each packet was lost")
      ->required()
      ->expected(1, 2);
  app.add_option("--keylog", options.sources.key_log, "key log of one of the ends, to open the packets with");
  app.add_option("--json", options.json, "write all measures there (- for standard output)");
  app.add_option("--csv", options.csv, "write the time series there (- for standard output)");
  app.add_option("--html", options.html, "write a report with plots there");
  app.add_option("--embed-keys", options.embed,
                 "write the capture there with the keys in it, as pcapng; Wireshark's plugin finds them.\n"
                 "Who has that file can read what was said")
      ->needs("--keylog");
  app.add_option("--port", options.sources.ports,
                 "a further UDP port of ours, for captures that begin in the middle");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  for (int i = 0; i < argc; ++i) options.command += (i == 0 ? "" : " ") + std::string(argv[i]);
  return avocet::analysis::run(options);
}
