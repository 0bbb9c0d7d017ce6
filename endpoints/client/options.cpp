#include "endpoints/client/options.hpp"

#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdlib>

#include "endpoints/client/text.hpp"
#include "endpoints/codec/names.hpp"
#include "endpoints/state/files.hpp"

namespace avocet::client {
namespace {

constexpr const char* examples = R"(
Examples:
  See what a server has, and play it:
    avocet-client list avocet://media.example
    avocet-client play avocet://media.example/film
  Keep what was received, in one resolution, without a window:
    avocet-client play avocet://media.example/film --rendition 720p --record film.mkv --no-window

Every option with a value can also be an environment variable (--state is AVOCET_STATE) or stand in a TOML file given
by --config. The command line comes first, then the environment, then the file.
Exit codes: 0 done, 1 it failed, 2 wrong command line.)";

constexpr const char* play_help = R"(
Keys in the window: space pause, left/right seek 5 s, f full screen, m mute, i statistics, q or Esc quit. Without a
display, or with --no-window, it plays without a window and without sound, with a status line on a terminal.

A server that is met for the first time is trusted and remembered; if its key changes later, it is refused. To be sure
the first time too, give --trust with the fingerprint that the server printed when it started.

  avocet-client play avocet://localhost/film --latency 300ms --cap 720p
  avocet-client play avocet://localhost/film --record film.mkv --stats stats.json --no-window)";

std::string environment_name(const std::string& flag) {
  std::string name = "AVOCET_";
  for (const char c : flag.substr(2)) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

template <class T>
CLI::Option* add_option(CLI::App& app, const std::string& flag, T& target, const char* help,
                        const char* value) {
  return app.add_option(flag, target, help)->type_name(value)->envname(environment_name(flag));
}

/// What is not a string or a path: read by `parse`, which says what is wrong.
template <class Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& flag, const Parse& parse, const char* help,
                        const char* value) {
  const auto read = [flag, parse](const CLI::results_t& given) {
    const std::string problem = parse(given.back());
    if (!problem.empty()) throw CLI::ValidationError(flag, problem);
    return true;
  };
  return app.add_option(flag, read, help)->type_name(value)->envname(environment_name(flag));
}

CLI::Option* add_duration(CLI::App& app, const std::string& flag, std::function<void(Duration)> set,
                          const char* help) {
  return add_parsed(
      app, flag,
      [set = std::move(set)](const std::string& text) {
        const auto parsed = parse_duration(text);
        if (parsed) set(*parsed);
        return parsed ? std::string() : parsed.error();
      },
      help, "TIME");
}

CLI::Option* add_rendition(CLI::App& app, const std::string& flag, std::string& target, const char* help,
                           const char* value) {
  return add_parsed(
      app, flag,
      [&target](const std::string& text) -> std::string {
        target = text == "auto" ? "" : text;
        if (target.empty() || codec::rendition_height(target)) return {};
        return "'" + text + "': expected auto, or a height such as 720p";
      },
      help, value);
}

void add_server(CLI::App& app, ServerOptions& o, std::string& url, const char* form) {
  app.add_option("URL", url, std::string("the server, ") + form)->required()->type_name("");
  auto* trust = add_parsed(
      app, "--trust",
      [&o](const std::string& text) -> std::string {
        o.trust = crypto::parse_fingerprint(text);
        return o.trust ? "" : "'" + text + "': expected the 64 hexadecimal digits of a SHA-256 fingerprint";
      },
      "believe only the certificate with this fingerprint", "SHA256");
  auto* authorities =
      add_option(app, "--ca", o.authorities, "believe certificates of these authorities (PEM)", "FILE");
  trust->excludes(authorities);
  add_option(app, "--state", o.state, "what must survive a restart: key, known hosts", "DIR");
  add_option(app, "--keylog", o.key_log, "append the connection's keys here, for Wireshark", "FILE");
}

void add_play(CLI::App& app, PlayOptions& o, std::string& url) {
  app.footer(play_help);
  add_server(app, o.server, url, "avocet://HOST[:PORT]/NAME");
  add_option(app, "--user", o.user, "your name on the server [login name]", "NAME");
  add_rendition(app, "--rendition", o.rendition, "auto, or one to stay with, such as 720p [auto]",
                "auto|240p|720p|1440p");
  add_rendition(app, "--cap", o.cap, "highest rendition that auto may choose", "720p");
  add_duration(
      app, "--latency", [&o](Duration d) { o.latency = d; }, "how much is buffered before it starts [150ms]");
  add_duration(app, "--buffer", [&o](Duration d) { o.buffer = d; }, "how much is received ahead [1.5s]");
  add_duration(app, "--start", [&o](Duration d) { o.start = d; }, "where in the title to begin [0]");
  add_duration(app, "--for", [&o](Duration d) { o.limit = d; }, "stop after so long [at its end]");
  app.add_flag_callback(
      "--no-reconnect", [&o] { o.reconnect = false; },
      "end when the connection is lost, instead of trying again");
  add_option(app, "--record", o.record, "store what is received, as it is", "FILE.mkv");
  add_option(app, "--stats", o.stats, "write statistics here, once a second and at the end", "FILE.json");
  auto* window =
      app.add_flag_callback("--window", [&o] { o.front = Front::window; }, "fail if there is no display");
  auto* terminal =
      app.add_flag_callback("--no-window", [&o] { o.front = Front::terminal; }, "no window and no sound");
  window->excludes(terminal);
  auto* blind = app.add_flag_callback(
      "--no-decode", [&o] { o.decode = false; }, "count frames, do not decode them; for load tests");
  blind->excludes(window);
  app.add_flag("--quiet", o.quiet, "say nothing unless it fails");
}

std::string login_name() {
  if (const passwd* entry = ::getpwuid(::geteuid()); entry != nullptr && *entry->pw_name != '\0')
    return entry->pw_name;
  const char* name = std::getenv("LOGNAME");
  return name != nullptr && *name != '\0' ? name : "viewer";
}

void check(const ListOptions& o) {
  if (!o.server.url.title.empty()) throw CLI::ValidationError("URL", "expected avocet://HOST[:PORT] alone");
}

void check(PlayOptions& o) {
  if (o.server.url.title.empty()) {
    throw CLI::ValidationError("URL",
                               "expected a title too: avocet://HOST[:PORT]/NAME; `avocet-client list "
                               "avocet://HOST[:PORT]` shows what there is");
  }
  if (!o.rendition.empty() && !o.cap.empty())
    throw CLI::ValidationError("--cap", "is for --rendition auto only");
  const auto ending = o.record.extension();
  if (!o.record.empty() && ending != ".mkv" && ending != ".mp4")
    throw CLI::ValidationError("--record", "expected a file that ends in .mkv or .mp4");
  o.buffer = std::max(o.buffer, o.latency);
  if (!o.decode) o.front = Front::terminal;
}

/// Errors on one line, and where help is to be found.
std::string explain(const CLI::App* app, const CLI::Error& error) {
  const CLI::App* shown = app;
  for (const CLI::App* sub : app->get_subcommands()) shown = sub;
  const std::string name = shown == app ? app->get_name() : app->get_name() + " " + shown->get_name();
  return "avocet-client: " + std::string(error.what()) + "\nTry `" + name + " --help`.\n";
}

}  // namespace

std::variant<Command, int> parse_options(int argc, const char* const* argv) {
  CLI::App app{"Plays videos from an Avocet server, encrypted, in the resolution that the network carries.",
               "avocet-client"};
  app.footer(examples);
  app.require_subcommand(1);
  app.set_config("--config", "", "TOML file with options")->envname("AVOCET_CONFIG");
  app.failure_message(explain);

  std::string url;
  ListOptions list{.server = {.state = state::default_folder("client")}};
  CLI::App* list_app = app.add_subcommand("list", "show what a server has");
  add_server(*list_app, list.server, url, "avocet://HOST[:PORT]");
  list_app->add_flag("--json", list.json, "print it as JSON");
  PlayOptions play{.server = {.state = state::default_folder("client")}, .user = login_name()};
  add_play(*app.add_subcommand("play", "play a title"), play, url);

  try {
    app.parse(argc, argv);
    auto parsed = parse_url(url);
    if (!parsed) throw CLI::ValidationError("URL", parsed.error());
    list.server.url = play.server.url = *parsed;
    if (app.got_subcommand("list")) {
      check(list);
      return list;
    }
    check(play);
    return play;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
}

}  // namespace avocet::client
