#include "endpoints/state/tickets.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace avocet::state {
namespace {

constexpr UnixTime now{std::chrono::seconds(1'800'000'000)};

struct TicketStoreTest : testing::Test {
  TicketStoreTest() {
    folder = std::filesystem::path(testing::TempDir()) /
             ("tickets_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder);
  }
  ~TicketStoreTest() override { std::filesystem::remove_all(folder); }

  static session::Resumption ticket(unsigned char fill) {
    session::Resumption kept{.ticket = Bytes(200, std::byte{fill}),
                             .expires = now + 24h,
                             .chain = {Bytes(300, std::byte{1}), Bytes(40, std::byte{2})},
                             .client_key = Bytes(44, std::byte{3}),
                             .token = Bytes(80, std::byte{4})};
    std::ranges::fill(kept.secret.bytes(), std::byte{fill});
    return kept;
  }

  std::filesystem::path folder;
};

// AV-TKT-9
TEST_F(TicketStoreTest, WhatIsKeptIsTakenOnce) {
  TicketStore store(folder, "example.org:4747");
  EXPECT_FALSE(store.take(now));
  ASSERT_TRUE(store.keep(ticket(1)));
  ASSERT_TRUE(store.keep(ticket(2)));
  const auto taken = TicketStore(folder, "example.org:4747").take(now);
  ASSERT_TRUE(taken);
  const auto kept = ticket(2);
  EXPECT_EQ(taken->ticket, kept.ticket);
  EXPECT_EQ(taken->secret, kept.secret);
  EXPECT_EQ(taken->expires, kept.expires);
  EXPECT_EQ(taken->chain, kept.chain);
  EXPECT_EQ(taken->client_key, kept.client_key);
  EXPECT_EQ(taken->token, kept.token);
  EXPECT_FALSE(store.take(now));
  EXPECT_TRUE(std::filesystem::is_empty(store.file().parent_path()));
}

TEST_F(TicketStoreTest, EachServerHasItsOwnAndOnlyTheOwnerReadsThem) {
  TicketStore store(folder, "[2001:db8::1]:4747"), other(folder, "../../etc:1");
  ASSERT_TRUE(store.keep(ticket(1)));
  struct stat status{};
  ASSERT_EQ(::stat(store.file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_FALSE(other.take(now));
  EXPECT_EQ(other.file().parent_path(), store.file().parent_path());
}

TEST_F(TicketStoreTest, WhatIsExpiredOrDoesNotReadIsNothing) {
  TicketStore store(folder, "example.org:4747");
  ASSERT_TRUE(store.keep(ticket(1)));
  EXPECT_FALSE(store.take(now + 24h));
  ASSERT_TRUE(store.keep(ticket(1)));
  std::ofstream(store.file(), std::ios::binary | std::ios::app) << "x";
  EXPECT_FALSE(store.take(now));
  std::ofstream(store.file(), std::ios::binary) << "no ticket";
  EXPECT_FALSE(store.take(now));
  EXPECT_FALSE(std::filesystem::exists(store.file()));
}

}  // namespace
}  // namespace avocet::state
