#include "protocol/service/names.hpp"

#include <gtest/gtest.h>

#include "protocol/service/look_alikes.hpp"

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

// AV-SVC-33
TEST(Names, LettersOfSeveralScriptsAreRefused) {
  for (const char* mixed :
       {"p\u0430ypal", "Ad\u0430", "\u03b1dmin", "ada\u05d0", "\u0410lice", "\u13aaDA", "a\u0e01b"}) {
    const auto problem = problem_of_name(mixed);
    ASSERT_TRUE(problem) << mixed;
    EXPECT_NE(problem->find("scripts"), std::string::npos) << *problem;
  }
  for (const char* fine : {"Анна", "Ελένη", "דוד", "محمد", "東京タワーと海 Tokyo", "서울 Seoul 韓國",
                           "ㄅㄆ 中文 abc", "ไทย", "देवनागरी", "C++ & 日本 2.0", "λ", "Zoë 3"}) {
    EXPECT_FALSE(problem_of_name(fine)) << fine;
  }
}

// AV-SVC-34
TEST(Names, LookAlikesHaveOneSkeleton) {
  const std::pair<const char*, const char*> alike[] = {
      {"ada", "\u0430\u0501\u0430"},  // all Cyrillic: one script, and still another's name
      {"paypal", "paypa1"},
      {"paypal", "paypaI"},
      {"modern", "rnodern"},
      {"OSCAR", "0SCAR"},
      {"ada", "\uff41\uff44\uff41"},
      {"ada", "\U0001d41a\U0001d41d\U0001d41a"},  // mathematical bold
      {"HOME", "\u041d\u041e\u041c\u0415"},
      {"a b", "a\u00a0b"},
      {"x-y", "x\u2010y"},
  };
  for (const auto& [one, other] : alike) EXPECT_EQ(skeleton(one), skeleton(other)) << one << ' ' << other;
  const std::pair<const char*, const char*> different[] = {
      {"ada", "Ada"}, {"bob", "rob"}, {"Анна", "Инна"}, {"a", "ä"}};
  for (const auto& [one, other] : different) EXPECT_NE(skeleton(one), skeleton(other)) << one << ' ' << other;
}

TEST(Names, ShorteningKeepsCharactersWhole) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abc", 2), "ab");
  EXPECT_EQ(shortened("aé", 2), "a");
  EXPECT_EQ(shortened("🐦", 3), "");
}

}  // namespace
}  // namespace avocet::service
