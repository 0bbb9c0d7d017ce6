#include "endpoints/client/url.hpp"

#include <gtest/gtest.h>

namespace avocet::client {
namespace {

TEST(Url, HasAServerAndATitle) {
  EXPECT_EQ(parse_url("avocet://media.example/film"), (Url{{"media.example", 4747}, "film"}));
  EXPECT_EQ(parse_url("avocet://192.0.2.1:5000/film"), (Url{{"192.0.2.1", 5000}, "film"}));
  EXPECT_EQ(parse_url("avocet://[2001:db8::1]:5000/a.b-c"), (Url{{"2001:db8::1", 5000}, "a.b-c"}));
}

TEST(Url, OfAListHasNoTitle) {
  EXPECT_EQ(parse_url("avocet://localhost"), (Url{{"localhost", 4747}, ""}));
  EXPECT_EQ(parse_url("avocet://localhost/"), (Url{{"localhost", 4747}, ""}));
}

TEST(Url, HostsAreTheSameInEitherCase) {
  EXPECT_EQ(parse_url("avocet://Media.Example/Film"), (Url{{"media.example", 4747}, "Film"}));
}

TEST(Url, PathsAreForTheServerToRefuse) {
  EXPECT_EQ(parse_url("avocet://localhost/../etc/passwd")->title, "../etc/passwd");
  EXPECT_EQ(parse_url("avocet://localhost/..%2Fclip%20two")->title, "../clip two");
}

TEST(Url, WrongOnesSayWhatWasExpected) {
  const auto problem = [](std::string_view text) {
    const auto url = parse_url(text);
    return url ? std::string() : url.error();
  };
  EXPECT_NE(problem("http://localhost/film").find("expected avocet://HOST"), std::string::npos);
  EXPECT_NE(problem("localhost/film").find("expected avocet://HOST"), std::string::npos);
  EXPECT_NE(problem("avocet:///film").find("a host"), std::string::npos);
  EXPECT_NE(problem("avocet://localhost:0/film").find("port"), std::string::npos);
  EXPECT_NE(problem("avocet://localhost:99999/film").find("port"), std::string::npos);
  EXPECT_NE(problem("avocet://::1/film").find("brackets"), std::string::npos);
  EXPECT_NE(problem("avocet://localhost/%2").find("hexadecimal"), std::string::npos);
  EXPECT_NE(problem("avocet://localhost/%zz").find("hexadecimal"), std::string::npos);
  EXPECT_NE(problem("avocet://localhost/" + std::string(65, 'a')).find("64 characters"), std::string::npos);
}

TEST(Url, KnownHostsHaveOneSpelling) {
  EXPECT_EQ(parse_url("avocet://LOCALHOST/film")->server_text(), "localhost:4747");
  EXPECT_EQ(parse_url("avocet://[::1]/film")->server_text(), "[::1]:4747");
}

}  // namespace
}  // namespace avocet::client
