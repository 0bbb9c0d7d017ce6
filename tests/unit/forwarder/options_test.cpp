#include "endpoints/link/options.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace avocet::link {
namespace {

std::variant<Options, int> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"avocet-link", "--listen", "5000", "--to", "127.0.0.1:4747"});
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST(LinkOptions, TakesTheLineOfTheManual) {
  const auto parsed = parse({"--delay", "25ms", "--loss", "2%", "--rate", "8mbit@0s,1mbit@10s,8mbit@20s",
                             "--queue", "300ms", "--seed", "7", "--down", "--stats", "link.json"});
  const auto* options = std::get_if<Options>(&parsed);
  ASSERT_NE(options, nullptr);
  EXPECT_EQ(options->listen, (drive::HostPort{"", 5000}));
  EXPECT_EQ(options->to, (drive::HostPort{"127.0.0.1", 4747}));
  EXPECT_EQ(options->link.delay, 25ms);
  EXPECT_EQ(options->link.loss, Loss::bernoulli(0.02));
  EXPECT_EQ(options->link.rate.size(), 3u);
  EXPECT_EQ(options->link.queue, 300ms);
  EXPECT_EQ(options->seed, 7u);
  EXPECT_EQ(options->directions, Directions::down);
  EXPECT_EQ(options->stats_file, "link.json");
  EXPECT_EQ(describe(options->link), "delay 25 ms, loss 2 %, rate 8 -> 1 -> 8 Mbit/s, queue 300 ms");
}

TEST(LinkOptions, WrongOnesAreRefusedWithCodeTwo) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(std::get<int>(parse({"--loss", "2"})), 2);
  EXPECT_EQ(std::get<int>(parse({"--up", "--down"})), 2);
  EXPECT_EQ(std::get<int>(parse({"--nonsense"})), 2);
  EXPECT_EQ(std::get<int>(parse({"--max-clients", "0"})), 2);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("'2': expected a percentage such as 2%"), std::string::npos) << said;
}

TEST(LinkOptions, HelpShowsExamplesAndEndsWell) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(std::get<int>(parse({"--help"})), 0);
  EXPECT_NE(testing::internal::GetCapturedStdout().find("Examples:"), std::string::npos);
}

TEST(LinkOptions, TheEnvironmentFillsWhatIsNotSaid) {
  setenv("AVOCET_LINK_DELAY", "40ms", 1);
  setenv("AVOCET_LINK_MAX_CLIENTS", "9", 1);
  const auto from_environment = parse({});
  const auto overridden = parse({"--delay", "5ms"});
  unsetenv("AVOCET_LINK_DELAY");
  unsetenv("AVOCET_LINK_MAX_CLIENTS");
  EXPECT_EQ(std::get<Options>(from_environment).link.delay, 40ms);
  EXPECT_EQ(std::get<Options>(from_environment).max_clients, 9u);
  EXPECT_EQ(std::get<Options>(overridden).link.delay, 5ms);
}

}  // namespace
}  // namespace avocet::link
