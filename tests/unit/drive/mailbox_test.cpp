#include "endpoints/drive/mailbox.hpp"

#include <gtest/gtest.h>

#include <asio/executor_work_guard.hpp>

#include <thread>
#include <vector>

namespace avocet::drive {
namespace {

TEST(Mailbox, WhatSeveralThreadsPutInArrivesOnceAndInTheOrderOfEach) {
  asio::io_context context(1);
  const auto work = asio::make_work_guard(context);
  constexpr int each = 10'000;
  std::vector<int> got[3];
  int all = 0;
  Mailbox<std::vector<std::pair<int, int>>> box(context, [&](auto& items) {
    for (const auto& [from, n] : items) got[from].push_back(n);
    all += static_cast<int>(items.size());
    items.clear();
    if (all == 3 * each) context.stop();
  });
  {
    std::vector<std::jthread> senders;
    for (int from = 0; from < 3; ++from) {
      senders.emplace_back([&box, from] {
        for (int n = 0; n < each; ++n)
          box.put([&](auto& items) { return items.emplace_back(from, n), true; });
      });
    }
    context.run();
  }
  for (const auto& list : got) {
    ASSERT_EQ(list.size(), static_cast<std::size_t>(each));
    for (int n = 0; n < each; ++n) ASSERT_EQ(list[static_cast<std::size_t>(n)], n);
  }
}

TEST(Mailbox, TheSenderDecidesWhatIsTooMuch) {
  asio::io_context context(1);
  std::vector<int> got;
  Mailbox<std::vector<int>> box(context, [&](auto& items) { got.swap(items); });
  const auto put = [&](int n) {
    return box.put([&](auto& items) { return items.size() < 2 && (items.push_back(n), true); });
  };
  EXPECT_TRUE(put(1));
  EXPECT_TRUE(put(2));
  EXPECT_FALSE(put(3));
  context.run();
  EXPECT_EQ(got, (std::vector{1, 2}));
  EXPECT_TRUE(put(4));
}

}  // namespace
}  // namespace avocet::drive
