#include "analysis/output/account_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace avocet::analysis {
namespace {

std::string text_of(const Account& account) {
  std::string out;
  write_json(account, [&out](std::string_view text) { out += text; });
  return out;
}

TEST(AccountJson, IsLaidOutAsIfWrittenAtOnce) {
  for (const std::size_t connections : {0, 1, 3}) {
    Account account{.file = "a \"connections\": [] b"};
    account.connections.resize(connections);
    for (ConnectionAccount& c : account.connections) c.client = "line\nfeed", c.down.series.rate = {1, 2};
    const std::string text = text_of(account);
    const auto read = nlohmann::ordered_json::parse(text);
    EXPECT_EQ(read["connections"].size(), connections);
    EXPECT_EQ(read["file"], account.file);
    EXPECT_EQ(text, read.dump(2) + '\n');
  }
}

}  // namespace
}  // namespace avocet::analysis
