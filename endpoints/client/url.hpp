#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "endpoints/drive/address.hpp"

namespace avocet::client {

/// avocet://HOST[:PORT][/TITLE]
struct Url {
  drive::HostPort server;
  std::string title;  ///< percent-decoded, not judged: whether such a title can be is the server's to say
  bool operator==(const Url&) const = default;

  /// `host:port`, with brackets around an IPv6 address: by which known hosts are remembered.
  std::string server_text() const;
};

/// The error quotes the part that is wrong and says what was expected.
std::expected<Url, std::string> parse_url(std::string_view text);

}  // namespace avocet::client
