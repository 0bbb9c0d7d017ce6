#include "endpoints/link/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iterator>

#include "sim/link/text.hpp"

namespace avocet::link {

namespace {

constexpr const char* examples = R"(
Examples:
  A server on this machine at port 4747, seen through 25 ms each way and 2 % loss at port 5000:
    avocet-link --listen 5000 --to 127.0.0.1:4747 --delay 25ms --loss 2%
  A line that drops from 8 to 1 Mbit/s after 10 s and recovers after 20 s:
    avocet-link --listen 5000 --to 127.0.0.1:4747 --rate 8mbit@0s,1mbit@10s,8mbit@20s --queue 300ms
  Bursts of loss on the way to the client only, with a report of each lost datagram:
    avocet-link --listen 5000 --to 127.0.0.1:4747 --loss ge:1%:25% --down --stats link.json
  No network at all between the fifth and the seventh second:
    avocet-link --listen 5000 --to 127.0.0.1:4747 --blackhole 5s-7s
  A NAT that forgets its clients twice:
    avocet-link --listen 5000 --to 127.0.0.1:4747 --rebind 5s,10s

Every option with a value can also be an environment variable: --max-clients is AVOCET_LINK_MAX_CLIENTS.
The same seed and the same traffic lose the same datagrams. Stop with Ctrl-C; a second one does not wait.
Exit codes: 0 stopped as asked, 1 it could not run, 2 wrong command line.)";

std::string environment_name(const std::string& flag) {
  std::string name = "AVOCET_LINK_";
  for (const char c : flag.substr(2)) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

/// An option whose text goes through one of our strict parsers, whose message is the error.
template <class T, class Parse>
CLI::Option* add(CLI::App& app, const std::string& flag, T& target, Parse parse, const std::string& help,
                 const std::string& value) {
  const auto take = [&target, parse, flag](const std::string& text) {
    auto parsed = parse(text);
    if (!parsed) throw CLI::ValidationError(flag, parsed.error());
    target = std::move(*parsed);
  };
  return app.add_option_function<std::string>(flag, take, help)
      ->type_name(value)
      ->envname(environment_name(flag))
      ->group(flag == "--listen" || flag == "--to" ? "Where" : "The line");
}

void add_where(CLI::App& app, Options& o) {
  add(
      app, "--listen", o.listen, [](const std::string& t) { return drive::parse_listen(t); },
      "where clients send to: a port, or ADDRESS:PORT", "PORT")
      ->required();
  add(
      app, "--to", o.to, [](const std::string& t) { return drive::parse_host_port(t); },
      "the server behind the line", "HOST:PORT")
      ->required();
}

void add_line(CLI::App& app, Options& o, bool& up_only, bool& down_only) {
  LinkConfig& link = o.link;
  const auto duration = [](const std::string& t) { return parse_duration(t); };
  const auto percentage = [](const std::string& t) { return parse_percentage(t); };
  add(app, "--delay", link.delay, duration, "one-way delay [0ms]", "TIME");
  add(app, "--jitter", link.jitter, duration, "standard deviation of the delay; the order is kept [0ms]",
      "TIME");
  add(
      app, "--loss", link.loss, [](const std::string& t) { return parse_loss(t); },
      "random loss: 2%, or in bursts ge:TO_BAD:TO_GOOD[:LOSS_IN_BAD[:LOSS_IN_GOOD]] (Gilbert-Elliott) [0%]",
      "LOSS");
  add(
      app, "--rate", link.rate, [](const std::string& t) { return parse_rate_steps(t); },
      "8mbit, or steps 8mbit@0s,1mbit@10s; 0s is the first datagram [unlimited]", "RATE[@TIME],...");
  add(app, "--queue", link.queue, duration, "room in front of the rate, at the rate of the moment [300ms]",
      "TIME");
  add(app, "--duplicate", link.duplicate, percentage, "arrive twice [0%]", "PERCENT");
  add(
      app, "--reorder", link.reorder, [](const std::string& t) { return parse_reorder(t); },
      "held back so that others overtake; by 10ms unless said [0%]", "PERCENT[:TIME]");
  add(app, "--corrupt", link.corrupt, percentage, "arrive with flipped bits [0%]", "PERCENT");
  add(
      app, "--blackhole", link.blackholes, [](const std::string& t) { return parse_blackholes(t); },
      "nothing passes between these times", "FROM-UNTIL,...");
  add(
      app, "--rebind", o.rebinds, [](const std::string& t) { return parse_times(t); },
      "give every client another port towards the server at these times, as a NAT does", "TIME,...");
  app.add_option("--seed", o.seed, "of all random choices [1]")
      ->envname("AVOCET_LINK_SEED")
      ->group("The line");
  auto* up = app.add_flag("--up", up_only, "only from client to server; the other direction is perfect")
                 ->group("The line");
  auto* down = app.add_flag("--down", down_only, "only from server to client")->group("The line");
  up->excludes(down);
}

void add_running(CLI::App& app, Options& o) {
  app.add_option("--stats", o.stats_file,
                 "write a report here when stopped: what was lost, where, when and why")
      ->type_name("FILE.json")
      ->envname("AVOCET_LINK_STATS");
  app.add_flag("--json", o.json, "print the report on standard output when stopped, and nothing else there");
  app.add_flag("--quiet", o.quiet, "say nothing of clients that come and go");
  const auto duration = [](const std::string& t) { return parse_duration(t); };
  add(app, "--for", o.run_for, duration, "stop after this time [run until stopped]", "TIME")
      ->group("Options");
  add(app, "--idle", o.idle, duration, "forget clients that are silent for so long [60s]", "TIME")
      ->group("Options");
  app.add_option("--max-clients", o.max_clients, "at most so many at a time [256]")
      ->type_name("N")
      ->envname("AVOCET_LINK_MAX_CLIENTS")
      ->check(CLI::Range(1, 60'000));
}

}  // namespace

std::variant<Options, int> parse_options(int argc, const char* const* argv) {
  Options options;
  CLI::App app{
      "Puts a bad network between clients and a UDP server: a forwarder with delay, loss and a limited rate.",
      "avocet-link"};
  app.footer(examples);
  app.set_help_flag("-h,--help", "show this and exit");
  add_where(app, options);
  bool up_only = false, down_only = false;
  add_line(app, options, up_only, down_only);
  add_running(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (up_only) options.directions = Directions::up;
  if (down_only) options.directions = Directions::down;
  return options;
}

std::string describe(const LinkConfig& link) {
  const auto ms = [](Duration d) { return fmt::format("{:g} ms", to_seconds(d) * 1e3); };
  std::string text = "delay " + ms(link.delay);
  const auto out = std::back_inserter(text);
  if (link.jitter > Duration::zero()) fmt::format_to(out, ", jitter {}", ms(link.jitter));
  if (link.loss.mean() > 0) fmt::format_to(out, ", loss {:.3g} %", link.loss.mean() * 100);
  if (link.loss.to_bad > 0) text += " in bursts";
  if (link.duplicate > 0) fmt::format_to(out, ", duplicates {:g} %", link.duplicate * 100);
  if (link.reorder.probability > 0)
    fmt::format_to(out, ", reordering {:g} %", link.reorder.probability * 100);
  if (link.corrupt > 0) fmt::format_to(out, ", corruption {:g} %", link.corrupt * 100);
  if (!link.blackholes.empty()) fmt::format_to(out, ", {} blackholes", link.blackholes.size());
  if (link.rate.empty()) return text;
  text += ", rate ";
  for (const RateStep& step : link.rate) {
    fmt::format_to(out, "{}{:g}", step.at > Duration::zero() ? " -> " : "", step.rate.mbps());
  }
  fmt::format_to(out, " Mbit/s, queue {}", ms(link.queue));
  return text;
}

}  // namespace avocet::link
