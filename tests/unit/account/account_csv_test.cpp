#include "analysis/output/account_csv.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace avocet::analysis {
namespace {

std::string text_of(const std::vector<CsvFile>& files, std::string_view name) {
  const auto found = std::ranges::find(files, name, &CsvFile::name);
  return found == files.end() ? std::string() : found->text;
}

Account example() {
  Account account;
  ConnectionAccount& c = account.connections.emplace_back();
  c.down.measures = {{"rate", 2.5e6}};
  c.down.series = {
      .width = 0.2, .rate = {1e6, 2e6}, .loss = {0, NAN}, .round_trip = {NAN, 0.05}, .queue = {NAN, 0}};
  c.messages.push_back(
      {.at = Time(1500ms), .from = Side::client, .name = "Play", .what = "a \"film\", live"});
  return account;
}

TEST(AccountCsv, LeavesEmptyWhatWasNotMeasured) {
  EXPECT_EQ(text_of(to_csv(example()), "paths.csv"),
            "connection,from,time,rate,lossRatio,roundTrip,queueDelay\n"
            "0,server,0.000,1000000,0,,\n"
            "0,server,0.200,2000000,,0.05,0\n");
}

TEST(AccountCsv, QuotesText) {
  EXPECT_EQ(text_of(to_csv(example()), "messages.csv"),
            "connection,time,from,name,what\n0,1.500000,client,Play,\"a \"\"film\"\", live\"\n");
}

TEST(AccountCsv, SaysTheUnitOfEachMeasure) {
  EXPECT_NE(text_of(to_csv(example()), "measures.csv").find("0,from server,rate,2500000,bit/s\n"),
            std::string::npos);
}

TEST(AccountCsv, TellsOfJourneysWhenThereAreTwoCaptures) {
  Account account = example();
  EXPECT_EQ(text_of(to_csv(account), "losses.csv"), "");
  account.between = Between{};
  account.connections[0].down.journey = JourneyAccount{.losses = {{.first = 7, .last = 9, .at = Time(2s)}}};
  EXPECT_EQ(text_of(to_csv(account), "losses.csv"),
            "connection,from,time,first,last,where\n0,server,2.000000,7,9,between\n");
}

}  // namespace
}  // namespace avocet::analysis
