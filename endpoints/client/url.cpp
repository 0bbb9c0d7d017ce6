#include "endpoints/client/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "protocol/wire/packets.hpp"

namespace avocet::client {
namespace {

constexpr std::string_view scheme = "avocet://";
constexpr std::size_t longest_title = 64;  // of the wire

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string Url::server_text() const {
  return server.host.find(':') == std::string::npos ? fmt::format("{}:{}", server.host, server.port)
                                                    : fmt::format("[{}]:{}", server.host, server.port);
}

std::expected<Url, std::string> parse_url(std::string_view text) {
  if (!text.starts_with(scheme)) {
    return std::unexpected(
        fmt::format("'{}': expected avocet://HOST[:PORT]/NAME, as in avocet://localhost/film", text));
  }
  const std::string_view rest = text.substr(scheme.size());
  const std::size_t slash = rest.find('/');
  const auto server = drive::parse_host_port(rest.substr(0, slash), wire::default_port);
  if (!server) return std::unexpected(fmt::format("'{}': {}", text, server.error()));
  const auto title =
      percent_decode(slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1));
  if (!title) return std::unexpected(fmt::format("'{}': expected two hexadecimal digits after each %", text));
  if (title->size() > longest_title) {
    return std::unexpected(fmt::format(
        "'{}': no title is longer than {} characters; `avocet-client list avocet://{}` shows what "
        "there is",
        *title, longest_title, rest.substr(0, slash)));
  }
  return Url{{lower_case(server->host), server->port}, *title};
}

}  // namespace avocet::client
