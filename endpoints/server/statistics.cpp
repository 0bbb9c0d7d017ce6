#include "endpoints/server/statistics.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace avocet::server {
namespace {

nlohmann::json session_json(const ShardStats::User& user) {
  const session::Stats& s = user.session;
  return {{"user", user.name},
          {"bytesSent", s.bytes_sent},
          {"bytesReceived", s.bytes_received},
          {"packetsSent", s.packets_sent},
          {"packetsLost", s.packets_lost},
          {"datagramSize", s.datagram_size},
          {"retransmittedPacketsSent", s.retransmitted_fragments_sent},
          {"fecPacketsSent", s.fec_packets_sent},
          {"currentRoundTripTime", to_seconds(s.smoothed_rtt)},
          {"queueDelay", to_seconds(s.queue_delay)},
          {"availableOutgoingBitrate", s.target_rate.bps()},
          {"lossRate", s.loss_rate}};
}

nlohmann::json shard_json(const ShardStats& s) {
  return {{"connections", s.connections},
          {"plays", s.plays},
          {"handshakesCompleted", s.counters.handshakes_completed},
          {"datagramsReceived", s.io.datagrams_in},
          {"datagramsSent", s.io.datagrams_out}};
}

}  // namespace

nlohmann::json to_json(std::span<const ShardStats> shards) {
  const auto sum = [&](auto&& figure) {
    std::uint64_t all = 0;
    for (const ShardStats& s : shards) all += figure(s);
    return all;
  };
  nlohmann::json sessions = nlohmann::json::array(), each = nlohmann::json::array();
  std::size_t users = 0;
  for (const ShardStats& s : shards) {
    for (const auto& user : s.sessions) sessions.push_back(session_json(user));
    each.push_back(shard_json(s));
    users = std::max(users, s.users);
  }
  return {{"connections", sum([](const auto& s) { return s.connections; })},
          {"users", users},
          {"plays", sum([](const auto& s) { return s.plays; })},
          {"handshakesCompleted", sum([](const auto& s) { return s.counters.handshakes_completed; })},
          {"datagramsReceived", sum([](const auto& s) { return s.io.datagrams_in; })},
          {"bytesReceived", sum([](const auto& s) { return s.io.bytes_in; })},
          {"datagramsSent", sum([](const auto& s) { return s.io.datagrams_out; })},
          {"bytesSent", sum([](const auto& s) { return s.io.bytes_out; })},
          {"writes", sum([](const auto& s) { return s.io.writes; })},
          {"strayDatagrams", sum([](const auto& s) { return s.counters.strays; })},
          {"malformedDatagrams", sum([](const auto& s) { return s.counters.malformed; })},
          {"datagramsForwarded", sum([](const auto& s) { return s.counters.forwarded; })},
          {"forwardsDropped",
           sum([](const auto& s) { return s.counters.dropped_forwards + s.datagrams_dropped; })},
          {"framesDroppedBetweenThreads", sum([](const auto& s) { return s.frames_dropped; })},
          {"threads", std::move(each)},
          {"sessions", std::move(sessions)}};
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace avocet::server
