#include "endpoints/client/server_trust.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace avocet::client {
namespace {

const std::string first_key(64, 'a'), second_key(64, 'b');

class ServerTrustTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("client_trust_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    options_.url = *parse_url("avocet://media.example/film");
    options_.state = folder_;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  ServerTrust load() {
    auto trust = ServerTrust::load(options_, context_);
    EXPECT_TRUE(trust.has_value()) << trust.error();
    return std::move(*trust);
  }

  crypto::Context context_{Entropy::of(1)};
  std::filesystem::path folder_;
  ServerOptions options_;
};

TEST_F(ServerTrustTest, TheFirstTimeIsSaidAndRemembered) {
  ServerTrust trust = load();
  EXPECT_EQ(trust.trust().pinned, std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "known_hosts")) << "before the handshake has succeeded";
  const auto said = trust.accept(first_key);
  ASSERT_TRUE(said.has_value());
  EXPECT_NE(said->find(first_key), std::string::npos);
  EXPECT_NE(said->find("media.example:4747"), std::string::npos);

  ServerTrust again = load();
  EXPECT_EQ(again.trust().pinned, crypto::parse_fingerprint(first_key));
  EXPECT_EQ(again.accept(first_key), "");
}

TEST_F(ServerTrustTest, AChangedKeyIsExplainedWithTheWayOut) {
  ASSERT_TRUE(load().accept(first_key).has_value());
  const std::string said = load().explain_refusal("the certificate has " + second_key + ", but " + first_key);
  EXPECT_NE(said.find("CHANGED"), std::string::npos);
  EXPECT_NE(said.find("known  SHA-256 " + first_key), std::string::npos);
  EXPECT_NE(said.find("shown  SHA-256 " + second_key), std::string::npos);
  EXPECT_NE(said.find((folder_ / "known_hosts").string()), std::string::npos);
  EXPECT_NE(said.find("--trust " + second_key), std::string::npos);
}

TEST_F(ServerTrustTest, TwoClientsRememberTwoServers) {
  ServerTrust one = load();
  options_.url = *parse_url("avocet://other.example/film");
  ServerTrust two = load();
  ASSERT_TRUE(one.accept(first_key).has_value());
  ASSERT_TRUE(two.accept(second_key).has_value());
  const auto known = state::KnownHosts::load(folder_ / "known_hosts");
  EXPECT_TRUE(known->find("media.example:4747").has_value());
  EXPECT_TRUE(known->find("other.example:4747").has_value());
}

TEST_F(ServerTrustTest, APinnedFingerprintIsNotRemembered) {
  options_.trust = crypto::parse_fingerprint(first_key);
  ServerTrust trust = load();
  EXPECT_EQ(trust.trust().pinned, options_.trust);
  EXPECT_EQ(trust.accept(first_key), "");
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(ServerTrustTest, ABrokenMemoryIsNotTrustedAnew) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "known_hosts") << "media.example:4747 nonsense\n";
  const auto trust = ServerTrust::load(options_, context_);
  ASSERT_FALSE(trust.has_value());
  EXPECT_NE(trust.error().find("known_hosts:1"), std::string::npos) << trust.error();
}

TEST_F(ServerTrustTest, AuthoritiesNeedAFileOfCertificates) {
  options_.authorities = folder_ / "none.pem";
  EXPECT_NE(ServerTrust::load(options_, context_).error().find("none.pem"), std::string::npos);
}

}  // namespace
}  // namespace avocet::client
