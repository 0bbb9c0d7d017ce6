#include "endpoints/server/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <thread>

#include "endpoints/codec/names.hpp"
#include "endpoints/state/files.hpp"
#include "protocol/wire/packets.hpp"

namespace avocet::server {
namespace {

constexpr unsigned most_threads = 16;

constexpr const char* examples = R"(
Examples:
  Put a film into a library, and serve it:
    avocet-server add film.mkv --library ~/videos
    avocet-server serve --library ~/videos
  A certificate of your own, and statistics once a second:
    avocet-server serve --library ~/videos --cert server.crt --key server.key --stats stats.json

Every option with a value can also be an environment variable (--library is AVOCET_LIBRARY) or stand in a TOML file
given by --config. The command line comes first, then the environment, then the file.
Exit codes: 0 done, 1 it failed, 2 wrong command line.)";

constexpr const char* add_help = R"(
Makes NAME_240p.mp4, NAME_720p.mp4 and NAME_1440p.mp4 in the library from any file that FFmpeg reads: the same frames in
each, with key frames at the same instants, so that a viewer can change between them without a break.

  avocet-server add holiday.mov --library ~/videos --name holiday
  avocet-server add film.mkv --library ~/videos --codec h265 --audio opus)";

constexpr const char* serve_help = R"(
Serves all titles of a library folder; files that are added or removed are noticed. Without --cert and --key it makes a
certificate on its first start and keeps it in the state folder.

Stop it with Ctrl-C or SIGTERM: it takes no new viewers, tells those it has that it may be back, and ends when they have
what was sent to them, after --drain seconds at the latest. A second signal does not wait.)";

std::string environment_name(const std::string& flag) {
  std::string name = "AVOCET_";
  for (const char c : flag.substr(2)) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

CLI::Option* add_option(CLI::App& app, const std::string& flag, std::filesystem::path& target,
                        const char* help, const char* value) {
  return app.add_option(flag, target, help)->type_name(value)->envname(environment_name(flag));
}

CLI::Option* add_library_option(CLI::App& app, std::filesystem::path& target) {
  return add_option(app, "--library", target, "folder with the videos", "DIR")->required();
}

void add_add(CLI::App& app, AddOptions& o) {
  app.footer(add_help);
  app.add_option("CLIP", o.source, "file or URL to take the video from")->required();
  add_library_option(app, o.library);
  app.add_option("--name", o.name, "name of the title: letters, digits, '.', '_', '-' [after the file]")
      ->type_name("NAME");
  const std::map<std::string, codec::VideoCodec> video{{"h264", codec::VideoCodec::h264},
                                                       {"h265", codec::VideoCodec::h265}};
  const std::map<std::string, codec::AudioCodec> audio{{"aac", codec::AudioCodec::aac},
                                                       {"opus", codec::AudioCodec::opus}};
  app.add_option("--codec", o.ladder.video, "of the video: h264 or h265 [h264]")
      ->transform(CLI::CheckedTransformer(video))
      ->option_text("h264|h265");
  app.add_option("--audio", o.ladder.audio, "of the sound: aac or opus [aac]")
      ->transform(CLI::CheckedTransformer(audio))
      ->option_text("aac|opus");
  app.add_option("--preset", o.ladder.preset, "speed of the encoder against its quality [veryfast]")
      ->type_name("PRESET");
  app.add_option("--threads", o.ladder.threads, "threads for encoding [2]")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  app.add_flag("--replace", o.ladder.replace, "overwrite a title of this name");
  app.add_flag("--json", o.json, "print what was made as JSON");
}

void add_serve(CLI::App& app, ServeOptions& o, std::string& listen) {
  app.footer(serve_help);
  add_library_option(app, o.library);
  app.add_option("--listen", listen, "where to listen: ADDR:PORT, or a port on every address [4747]")
      ->type_name("ADDR:PORT")
      ->envname("AVOCET_LISTEN");
  add_option(app, "--state", o.state, "what must survive a restart: key, certificate", "DIR");
  auto* certificate =
      add_option(app, "--cert", o.certificate, "certificate chain in PEM, the server's own first", "FILE");
  auto* key = add_option(app, "--key", o.key, "private key of the certificate in PEM", "FILE");
  certificate->needs(key);
  key->needs(certificate);
  add_option(app, "--keylog", o.key_log, "append the keys of all connections here, for Wireshark", "FILE");
  add_option(app, "--stats", o.stats, "write statistics here, once a second", "FILE.json");
  app.add_option("--name", o.name, "what the server calls itself [Avocet]")
      ->type_name("NAME")
      ->envname("AVOCET_NAME");
  app.add_option("--threads", o.threads, "threads that serve, 1 to 16 [one per processor]")
      ->type_name("N")
      ->envname("AVOCET_THREADS")
      ->check(CLI::Range(1U, most_threads));
  app.add_option("--drain", o.drain_seconds,
                 "when told to stop: how long viewers may take to get what was sent to them [3]")
      ->type_name("SECONDS")
      ->envname("AVOCET_DRAIN")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_flag("--quiet", o.quiet, "say nothing of users that come and go");
}

/// Errors on one line, and where help is to be found.
std::string explain(const CLI::App* app, const CLI::Error& error) {
  const CLI::App* shown = app;
  for (const CLI::App* sub : app->get_subcommands()) shown = sub;
  const std::string name = shown == app ? app->get_name() : app->get_name() + " " + shown->get_name();
  return "avocet-server: " + std::string(error.what()) + "\nTry `" + name + " --help`.\n";
}

}  // namespace

std::variant<Command, int> parse_options(int argc, const char* const* argv) {
  CLI::App app{"Serves videos in several resolutions over the encrypted Avocet protocol.", "avocet-server"};
  app.footer(examples);
  app.require_subcommand(1);
  app.set_config("--config", "", "TOML file with options")->envname("AVOCET_CONFIG");
  app.failure_message(explain);

  AddOptions add;
  add_add(*app.add_subcommand("add", "put a video into a library, in all resolutions"), add);
  ServeOptions serve{.state = state::default_folder("server"),
                     .name = "Avocet",
                     .threads = std::clamp(std::thread::hardware_concurrency(), 1U, most_threads)};
  std::string listen = std::to_string(wire::default_port);
  add_serve(*app.add_subcommand("serve", "serve a library"), serve, listen);
  ListOptions list;
  CLI::App* list_app = app.add_subcommand("list", "show what is in a library, and what is wrong with it");
  add_library_option(*list_app, list.library);
  list_app->add_flag("--json", list.json, "print it as JSON");
  FingerprintOptions fingerprint{.state = state::default_folder("server")};
  CLI::App* fingerprint_app =
      app.add_subcommand("fingerprint", "print the certificate's SHA-256 fingerprint, which clients trust");
  add_option(*fingerprint_app, "--state", fingerprint.state, "the server's state folder", "DIR");
  add_option(*fingerprint_app, "--cert", fingerprint.certificate, "a certificate file instead", "FILE");
  fingerprint_app->add_flag("--json", fingerprint.json, "print it as JSON");

  try {
    app.parse(argc, argv);
    const auto address = drive::parse_listen(listen, wire::default_port);
    if (!address) throw CLI::ValidationError("--listen", address.error());
    serve.listen = *address;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (app.got_subcommand("add")) {
    if (add.name.empty()) add.name = codec::suggest_clip_name(add.source);
    return add;
  }
  if (app.got_subcommand("serve")) return serve;
  if (app.got_subcommand("list")) return list;
  return fingerprint;
}

}  // namespace avocet::server
