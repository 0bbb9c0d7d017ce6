#include "endpoints/client/options.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace avocet::client {
namespace {

const std::string fingerprint(64, 'a');

std::variant<Command, int> parse(std::vector<std::string> arguments) {
  std::vector<const char*> argv{"avocet-client"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  return parse_options(static_cast<int>(argv.size()), argv.data());
}

PlayOptions play(std::vector<std::string> more) {
  more.insert(more.begin(), {"play", "avocet://localhost/film"});
  const auto parsed = parse(std::move(more));
  if (const auto* command = std::get_if<Command>(&parsed)) return std::get<PlayOptions>(*command);
  ADD_FAILURE() << "refused";
  return {};
}

/// The exit code, and what was said.
std::pair<int, std::string> refusal(std::vector<std::string> arguments) {
  testing::internal::CaptureStderr();
  const auto parsed = parse(std::move(arguments));
  const std::string said = testing::internal::GetCapturedStderr();
  const int* code = std::get_if<int>(&parsed);
  return {code == nullptr ? -1 : *code, said};
}

TEST(ClientOptions, TakeTheLineOfTheManual) {
  const PlayOptions o = play({"--user",   "ada",        "--rendition", "720p",    "--latency", "150ms",
                              "--buffer", "2s",         "--start",     "1:30",    "--record",  "out.mkv",
                              "--stats",  "stats.json", "--no-window", "--trust", fingerprint, "--state",
                              "there",    "--keylog",   "keys",        "--for",   "40s",       "--quiet"});
  EXPECT_EQ(o.server.url, (Url{{"localhost", 4747}, "film"}));
  EXPECT_EQ(o.user, "ada");
  EXPECT_EQ(o.rendition, "720p");
  EXPECT_EQ(o.latency, 150ms);
  EXPECT_EQ(o.buffer, 2s);
  EXPECT_EQ(o.start, 90s);
  EXPECT_EQ(o.limit, 40s);
  EXPECT_EQ(o.record, "out.mkv");
  EXPECT_EQ(o.stats, "stats.json");
  EXPECT_EQ(o.front, Front::terminal);
  EXPECT_EQ(o.server.trust, crypto::parse_fingerprint(fingerprint));
  EXPECT_EQ(o.server.state, "there");
  EXPECT_EQ(o.server.key_log, "keys");
  EXPECT_TRUE(o.decode);
  EXPECT_TRUE(o.quiet);
}

TEST(ClientOptions, HaveSensibleDefaults) {
  const PlayOptions o = play({});
  EXPECT_FALSE(o.user.empty());
  EXPECT_EQ(o.rendition, "");
  EXPECT_EQ(o.front, Front::automatic);
  EXPECT_EQ(o.limit, std::nullopt);
  EXPECT_FALSE(o.server.state.empty());
  EXPECT_EQ(play({"--rendition", "auto"}).rendition, "");
  EXPECT_EQ(play({"--no-decode"}).front, Front::terminal);
  EXPECT_EQ(play({"--latency", "3s"}).buffer, 3s);
}

TEST(ClientOptions, ComeFromTheEnvironmentToo) {
  ::setenv("AVOCET_LATENCY", "77ms", 1);
  ::setenv("AVOCET_STATE", "elsewhere", 1);
  EXPECT_EQ(play({}).latency, 77ms);
  EXPECT_EQ(play({"--latency", "88ms"}).latency, 88ms);
  EXPECT_EQ(play({}).server.state, "elsewhere");
  ::unsetenv("AVOCET_LATENCY");
  ::unsetenv("AVOCET_STATE");
}

TEST(ClientOptions, OfAListAreFew) {
  const auto parsed = parse({"list", "avocet://localhost:5000", "--json"});
  const auto& list = std::get<ListOptions>(std::get<Command>(parsed));
  EXPECT_EQ(list.server.url, (Url{{"localhost", 5000}, ""}));
  EXPECT_TRUE(list.json);
}

TEST(ClientOptions, WrongOnesAreRefusedWithCodeTwoAndAHint) {
  const std::string url = "avocet://localhost/film";
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{}, "subcommand"},
      {{"play"}, "URL"},
      {{"play", "http://localhost/film"}, "expected avocet://HOST"},
      {{"play", "avocet://localhost"}, "expected a title"},
      {{"list", url}, "alone"},
      {{"play", url, "--rendition", "big"}, "such as 720p"},
      {{"play", url, "--latency", "soon"}, "expected a time"},
      {{"play", url, "--trust", "abc"}, "64 hexadecimal digits"},
      {{"play", url, "--trust", fingerprint, "--ca", "ca.pem"}, "--ca"},
      {{"play", url, "--window", "--no-window"}, "--no-window"},
      {{"play", url, "--window", "--no-decode"}, "--window"},
      {{"play", url, "--rendition", "720p", "--cap", "720p"}, "--rendition auto only"},
      {{"play", url, "--record", "out.avi"}, ".mkv"},
      {{"play", url, "--nonsense"}, "--nonsense"}};
  for (const auto& [arguments, hint] : wrong) {
    const auto [code, said] = refusal(arguments);
    EXPECT_EQ(code, 2) << hint;
    EXPECT_NE(said.find(hint), std::string::npos) << said;
    EXPECT_NE(said.find("--help"), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace avocet::client
