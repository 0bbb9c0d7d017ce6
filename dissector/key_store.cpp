#include "dissector/key_store.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "protocol/base/bytes.hpp"
#include "protocol/crypto/key_log.hpp"

namespace avocet::dissector {
namespace {

std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find_first_of(" \t\r"), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(line.find_first_not_of(" \t\r", end), line.size()));
  return word;
}

std::optional<std::uint64_t> generation_of(std::string_view label, std::string_view prefix) {
  if (!label.starts_with(prefix)) return std::nullopt;
  label.remove_prefix(prefix.size());
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), n);
  if (error != std::errc{} || end != label.data() + label.size()) return std::nullopt;
  return n;
}

std::optional<crypto::ScheduleSecret> secret_of(const Bytes& value) {
  if (value.size() != crypto::ScheduleSecret::size) return std::nullopt;
  return crypto::ScheduleSecret(std::span<const std::byte, crypto::ScheduleSecret::size>(value));
}

}  // namespace

void KeyStore::open(std::string path) {
  *this = KeyStore();
  path_ = std::move(path);
  read_more();
}

bool KeyStore::read_more() {
  if (path_.empty()) return false;
  std::error_code error;
  const auto size = std::filesystem::file_size(path_, error);
  if (error || static_cast<std::int64_t>(size) == read_) return false;
  if (static_cast<std::int64_t>(size) < read_) read_ = 0, tail_.clear();  // it was begun anew
  std::ifstream file(path_, std::ios::binary);
  if (!file.seekg(read_)) return false;
  std::string added(static_cast<std::size_t>(static_cast<std::int64_t>(size) - read_), '\0');
  file.read(added.data(), static_cast<std::streamsize>(added.size()));
  added.resize(static_cast<std::size_t>(file.gcount()));
  read_ += static_cast<std::int64_t>(added.size());
  tail_ += added;
  const std::size_t whole = tail_.rfind('\n') + 1;
  add(std::string_view(tail_).substr(0, whole));
  tail_.erase(0, whole);
  add(tail_);  // the last line may lack its end; when it is not whole it is passed over now
  return true;
}

void KeyStore::add(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    add_line(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void KeyStore::add_line(std::string_view line) {
  namespace log = crypto::key_log;
  const std::string_view label = next_word(line);
  if (!label.starts_with("AVOCET_")) return;
  const Bytes random_bytes = from_hex(next_word(line)), value = from_hex(next_word(line));
  ClientRandom random;
  if (random_bytes.size() != random.size()) return;
  std::ranges::copy(random_bytes, random.begin());

  if (label == log::connection_id) {
    if (value.size() != 8) return;
    std::uint64_t id = 0;
    for (std::byte b : value) id = id << 8 | std::to_integer<std::uint64_t>(b);
    owners_[ConnectionId{id}] = random;
    return;
  }
  const auto secret = secret_of(value);
  if (!secret) return;
  ConnectionSecrets& secrets = secrets_[random];
  if (label == log::client_handshake) secrets.of(Side::client).handshake = secret;
  if (label == log::server_handshake) secrets.of(Side::server).handshake = secret;
  if (const auto n = generation_of(label, log::client_traffic))
    secrets.of(Side::client).traffic[*n] = *secret;
  if (const auto n = generation_of(label, log::server_traffic))
    secrets.of(Side::server).traffic[*n] = *secret;
}

ConnectionSecrets* KeyStore::find(const ClientRandom& random) {
  const auto found = secrets_.find(random);
  return found == secrets_.end() ? nullptr : &found->second;
}

std::optional<ClientRandom> KeyStore::owner(ConnectionId id) const {
  const auto found = owners_.find(id);
  if (found == owners_.end()) return std::nullopt;
  return found->second;
}

}  // namespace avocet::dissector
