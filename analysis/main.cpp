#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/account/account.hpp"
#include "analysis/capture/capture_file.hpp"
#include "analysis/output/account_csv.hpp"
#include "analysis/output/account_json.hpp"
#include "analysis/output/account_page.hpp"
#include "analysis/output/account_text.hpp"
#include "analysis/output/embed_keys.hpp"
#include "analysis/progress_bar.hpp"

namespace avocet::analysis {
namespace {

struct Options {
  std::string file, key_log, json, csv, html, embed;
  std::vector<std::uint16_t> ports;
  std::string command;
};

int complain(const std::string& what) {
  fmt::print(stderr, "avocet-analyze: {}\n", what);
  return 1;
}

/// False, with a complaint, when the key log cannot be used at all.
bool read_keys(const std::string& name, KeyRing& keys) {
  std::ifstream in(name);
  if (!in) return complain(fmt::format("cannot read the key log {}; is the name right?", name)), false;
  std::string line;
  std::size_t taken = 0;
  while (std::getline(in, line)) taken += keys.add(line);
  if (taken > 0) return true;
  complain(fmt::format(
      "{} has no line of an Avocet key log; --keylog of avocet-server, avocet-client or avocet-sim's "
      "keys.log is meant",
      name));
  return false;
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
  auto file = capture::CaptureFile::open(options.file);
  if (!file) return complain(file.error());
  PacketOpening opening;
  CaptureReading reading(&opening);
  for (const std::uint16_t port : options.ports) reading.connections().also_port(port);
  if (!options.key_log.empty() && !read_keys(options.key_log, reading.keys())) return 1;
  {
    ProgressBar bar;
    constexpr std::uint64_t few = 4096;
    while (const auto record = file->next()) {
      reading.read(*record);
      const std::uint64_t packets = reading.decoded().records;
      if (packets % few == 0 && bar.due()) bar.show(file->progress().value_or(0), packets);
    }
  }
  opening.finish(reading.clock().latest());
  if (reading.decoded().records == 0 && !file->trouble().empty()) return complain(file->trouble());
  const Account account = account_of(reading, opening, options.file, file->trouble());

  bool good = true;
  if (!options.embed.empty()) {
    const auto failed = embed_keys(options.file, options.key_log, options.embed);
    if (!failed.empty()) good = false, complain(failed);
  }
  if (!options.json.empty()) good = write(options.json, to_json(account).dump(2) + '\n') && good;
  if (!options.csv.empty()) good = write(options.csv, to_csv(account)) && good;
  if (!options.html.empty()) good = write(options.html, to_page(account, options.command)) && good;
  if (options.json != "-" && options.csv != "-") {
    fmt::print("{}", to_text(account));
  } else if (!account.trouble.empty())
    fmt::print(stderr, "avocet-analyze: {}; the report is of what came before\n", account.trouble);
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
      "Report:    avocet-analyze evening.pcap --keylog keys.log --html evening.html");
  app.add_option("FILE", options.file, "capture, pcap or pcapng; - is the standard input")->required();
  app.add_option("--keylog", options.key_log, "key log of one of the ends, to open the packets with");
  app.add_option("--json", options.json, "write all measures there (- for standard output)");
  app.add_option("--csv", options.csv, "write the time series there (- for standard output)");
  app.add_option("--html", options.html, "write a report with plots there");
  app.add_option("--embed-keys", options.embed,
                 "write the capture there with the keys in it, as pcapng; Wireshark's plugin finds them.\n"
                 "Who has that file can read what was said")
      ->needs("--keylog");
  app.add_option("--port", options.ports,
                 "a further UDP port of ours, for captures that begin in the middle");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  for (int i = 0; i < argc; ++i) options.command += (i == 0 ? "" : " ") + std::string(argv[i]);
  return avocet::analysis::run(options);
}
