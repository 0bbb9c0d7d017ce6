#include "protocol/service/names.hpp"

#include <gtest/gtest.h>

namespace avocet::service {
namespace {

TEST(Names, PlainOnesAreFine) {
  for (const char* name : {"ada", "Ada Lovelace", "日本語", "Zoë", "tears-of-steel_2", "a.b", "🐦"}) {
    EXPECT_FALSE(problem_of_name(name)) << name;
  }
  EXPECT_FALSE(problem_of_name(std::string(64, 'x')));
}

// AV-SVC-10
TEST(Names, WhatMisleadsIsRefused) {
  const std::pair<std::string, const char*> bad[] = {
      {"", "empty"},
      {std::string(65, 'x'), "64 bytes"},
      {"\xff", "UTF-8"},
      {"..", "path"},
      {"../etc/passwd", "slash"},
      {"a\\b", "slash"},
      {"a\nb", "cannot be seen"},
      {std::string("a\0b", 3), "cannot be seen"},
      {"a\xe2\x80\x8b", "cannot be seen"},  // zero width space
      {"\xe2\x80\xae"
       "abc",
       "cannot be seen"},          // right-to-left override
      {"e\xcc\x81", "combining"},  // e + acute: not in form C
      {" ada", "space"},
      {"ada ", "space"},
      {"ada\xe3\x80\x80", "space"},  // ideographic space
  };
  for (const auto& [name, why] : bad) {
    const auto problem = problem_of_name(name);
    ASSERT_TRUE(problem) << name;
    EXPECT_NE(problem->find(why), std::string::npos) << *problem;
  }
}

TEST(Names, ShorteningKeepsCharactersWhole) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abc", 2), "ab");
  EXPECT_EQ(shortened("aé", 2), "a");
  EXPECT_EQ(shortened("🐦", 3), "");
}

}  // namespace
}  // namespace avocet::service
