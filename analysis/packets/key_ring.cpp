#include "analysis/packets/key_ring.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/crypto/key_log.hpp"

namespace avocet::analysis {
namespace {

namespace key_log = crypto::key_log;

std::optional<crypto::ScheduleSecret> secret_of(const Bytes& value) {
  if (value.size() != crypto::hash_size) return std::nullopt;
  return crypto::ScheduleSecret(ByteView(value).first<crypto::hash_size>());
}

/// The generation that a label of a traffic secret ends in.
std::optional<std::uint64_t> generation_of(std::string_view label, std::string_view stem) {
  if (!label.starts_with(stem)) return std::nullopt;
  label.remove_prefix(stem.size());
  std::uint64_t generation = 0;
  const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), generation);
  if (error != std::errc() || end != label.data() + label.size()) return std::nullopt;
  return generation;
}

}  // namespace

bool KeyRing::add(std::string_view line) {
  const std::size_t first = line.find(' '), second = line.find(' ', first + 1);
  if (first == line.npos || second == line.npos || !line.starts_with("AVOCET_")) return false;
  const std::string_view label = line.substr(0, first);
  const Bytes random = from_hex(line.substr(first + 1, second - first - 1));
  const Bytes value = from_hex(line.substr(second + 1));
  if (random.size() != 32 || value.empty()) return false;

  if (label == key_log::connection_id) {
    if (value.size() != 8) return false;
    std::uint64_t id = 0;
    for (const std::byte b : value) id = id << 8 | std::to_integer<std::uint64_t>(b);
    learn(ConnectionId{id}, random);
    return true;
  }
  const auto secret = secret_of(value);
  if (!secret) return false;
  ConnectionSecrets& of = connections_[connection_of(random)];
  if (label == key_log::client_handshake) return of.client.handshake = secret, true;
  if (label == key_log::server_handshake) return of.server.handshake = secret, true;
  if (const auto n = generation_of(label, key_log::client_traffic)) {
    return of.client.traffic.insert_or_assign(*n, *secret), true;
  }
  if (const auto n = generation_of(label, key_log::server_traffic)) {
    return of.server.traffic.insert_or_assign(*n, *secret), true;
  }
  return label == key_log::exporter;
}

void KeyRing::learn(ConnectionId id, ByteView client_random) {
  const std::size_t connection = connection_of(Bytes(client_random.begin(), client_random.end()));
  auto& candidates = by_id_[id];
  const bool known = std::ranges::find(candidates, connection) != candidates.end();
  if (!known && candidates.size() < most_candidates) candidates.push_back(connection);
}

void KeyRing::prefer(ConnectionId id, std::size_t connection) {
  auto& candidates = by_id_[id];
  const auto found = std::ranges::find(candidates, connection);
  if (found != candidates.end()) std::iter_swap(candidates.begin(), found);
}

std::span<const std::size_t> KeyRing::candidates(ConnectionId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::span<const std::size_t>() : found->second;
}

std::optional<std::size_t> KeyRing::find(ConnectionId id) const {
  const auto all = candidates(id);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

std::size_t KeyRing::connection_of(const Bytes& client_random) {
  const auto [at, fresh] = by_random_.try_emplace(client_random, connections_.size());
  if (fresh) connections_.push_back({.client_random = client_random});
  return at->second;
}

}  // namespace avocet::analysis
