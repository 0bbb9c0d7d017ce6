#include "endpoints/state/tickets.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "protocol/wire/codec.hpp"
#include "protocol/wire/ticket.hpp"

namespace avocet::state {

/// A ticket as it lies in its file.
struct StoredTicket {
  std::uint8_t format = 1;
  std::uint64_t expires = 0;
  std::array<std::byte, 48> secret{};
  Bytes ticket, token, client_key;
  std::vector<Bytes> chain;
};

}  // namespace avocet::state

template <>
struct avocet::wire::Wire<avocet::state::StoredTicket> {
  using T = avocet::state::StoredTicket;
  static constexpr std::string_view name = "StoredTicket", meaning = "what a client keeps of a server";
  static constexpr std::tuple fields{
      Field{"format", &T::format, u8, "of this file: 1"},
      Field{"expires", &T::expires, u64, "seconds since 1970"},
      Field{"secret", &T::secret, bytes<48>, "the ticket's"},
      Field{"ticket", &T::ticket, blob<max_ticket>, "as the server sealed it"},
      Field{"token", &T::token, blob<max_token>, "likewise; may be empty"},
      Field{"client_key", &T::client_key, blob<1024>, "the identity that it was given to"},
      Field{"chain", &T::chain, counted<8>(blob<8192>), "the server's certificates"}};
  static constexpr bool valid(const T& t) { return t.format == 1; }
};

namespace avocet::state {
namespace {

std::string file_name(std::string server) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  std::ranges::replace_if(server, [&](char c) { return !plain(c); }, '_');
  return "server-" + server;
}

}  // namespace

TicketStore::TicketStore(const std::filesystem::path& folder, const std::string& server)
    : file_(folder / "tickets" / file_name(server)) {}

std::optional<session::Resumption> TicketStore::take(UnixTime now) {
  // AV-TKT-9: The file is renamed first: of two programs only one gets it.
  std::filesystem::path taken = file_;
  taken += "." + std::to_string(::getpid()) + ".taken";
  std::error_code error;
  std::filesystem::rename(file_, taken, error);
  if (error) return std::nullopt;
  const auto content = read_file(taken);
  std::filesystem::remove(taken, error);
  if (!content || error) return std::nullopt;
  auto stored = wire::decode<StoredTicket>(*content);
  if (!stored) return std::nullopt;
  session::Resumption kept{.ticket = std::move(stored->ticket),
                           .secret = crypto::ScheduleSecret(stored->secret),
                           .expires = UnixTime(std::chrono::seconds(stored->expires)),
                           .chain = std::move(stored->chain),
                           .client_key = std::move(stored->client_key),
                           .token = std::move(stored->token)};
  crypto::wipe(stored->secret);
  if (kept.expires <= now) return std::nullopt;
  return kept;
}

Result<void> TicketStore::keep(const session::Resumption& kept) {
  StoredTicket stored{.expires = static_cast<std::uint64_t>(kept.expires.time_since_epoch().count()),
                      .ticket = kept.ticket,
                      .token = kept.token,
                      .client_key = kept.client_key,
                      .chain = kept.chain};
  std::ranges::copy(kept.secret.bytes(), stored.secret.begin());
  Bytes content = wire::encode(stored);
  auto written = write_file(file_, content, true);
  crypto::wipe(stored.secret);
  crypto::wipe(content);
  return written;
}

}  // namespace avocet::state
