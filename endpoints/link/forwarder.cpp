#include "endpoints/link/forwarder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "endpoints/drive/clock.hpp"

namespace avocet::link {

namespace {

/// Reads of one socket in a row, before others have their turn.
constexpr int batches_in_a_row = 4;

/// The drop record is emptied after every input, so it need only hold what one input can lose: a queue.
LinkConfig with_record(LinkConfig config) {
  config.drop_record = 100'000;
  return config;
}

}  // namespace

std::expected<std::unique_ptr<Forwarder>, std::string> Forwarder::open(
    asio::io_context& context, ForwarderConfig config, std::function<void(std::string)> tell) {
  // Clients may send bursts of segmented writes; the room for them must not be what limits the link.
  auto listener =
      drive::UdpSocket::bind(config.listen, {.receive_buffer = 16 << 20, .send_buffer = 16 << 20});
  if (!listener) return std::unexpected(listener.error());
  return std::unique_ptr<Forwarder>(
      new Forwarder(context, std::move(config), std::move(*listener), std::move(tell)));
}

Forwarder::Forwarder(asio::io_context& context, ForwarderConfig config, drive::UdpSocket listener,
                     std::function<void(std::string)> tell)
    : context_(context),
      config_(std::move(config)),
      tell_(std::move(tell)),
      listener_(std::move(listener)),
      listener_watch_(context, listener_.descriptor()),
      due_(context),
      sweep_(context),
      rebind_(context),
      up_(with_record(config_.up), 2 * config_.seed),
      down_(with_record(config_.down), 2 * config_.seed + 1) {
  listener_watch_.when_readable([this] { read_clients(); });
  forget_idle();
}

std::uint64_t Forwarder::overflowed() const {
  std::uint64_t sum = past_overflowed_ + listener_.overflowed();
  for (const auto& [number, client] : clients_) sum += client->upstream.overflowed();
  return sum;
}

void Forwarder::read_clients() {
  for (int i = 0; i < batches_in_a_row; ++i) {
    const auto runs = listener_.receive(batch_);
    if (runs.empty()) break;
    for (const drive::Received& run : runs) {
      Client* client = find_or_make(run.from, run.to, run.bytes.size());
      if (client == nullptr) continue;
      client->asked = run.to;
      push(up_, run, client->number, records_.at(client->number).up);
    }
  }
  drain();
  listener_watch_.when_readable([this] { read_clients(); });
}

void Forwarder::read_server(std::uint64_t number) {
  Client& client = *clients_.at(number);
  for (int i = 0; i < batches_in_a_row; ++i) {
    const auto runs = client.upstream.receive(batch_);
    if (runs.empty()) break;
    for (const drive::Received& run : runs) push(down_, run, number, records_.at(number).down);
  }
  warn_refused(client);
  drain();
  client.watch.when_readable([this, number] { read_server(number); });
}

void Forwarder::push(Direction& direction, const drive::Received& run, std::uint64_t number,
                     ClientCounts& counts) {
  if (!started_) {
    started_ = run.arrived;
    up_.link.start(run.arrived);
    down_.link.start(run.arrived);
    schedule_rebind();
  }
  records_.at(number).last = run.arrived;
  for_each_datagram(run, [&](ByteSpan datagram) {
    counts.in.add(datagram.size());
    direction.link.push(run.arrived, datagram, run.ecn, number);
  });
}

Forwarder::Client* Forwarder::find_or_make(const PeerAddress& address, const PeerAddress& asked,
                                           std::size_t size) {
  if (const auto known = numbers_.find(address); known != numbers_.end())
    return clients_.at(known->second).get();
  if (clients_.size() >= config_.max_clients) {
    if (turned_away_.datagrams == 0) {
      tell_(fmt::format("{} is turned away: there are {} clients already (--max-clients)", to_string(address),
                        clients_.size()));
    }
    turned_away_.add(size);
    return nullptr;
  }
  auto upstream = drive::UdpSocket::connect(config_.to);
  if (!upstream) {
    if (turned_away_.datagrams == 0)
      tell_(fmt::format("{} is turned away: {}", to_string(address), upstream.error()));
    turned_away_.add(size);
    return nullptr;
  }

  const std::uint64_t number = next_number_++;
  const PeerAddress local = upstream->local();
  auto client = std::make_unique<Client>(context_, std::move(*upstream), number);
  client->asked = asked;
  client->watch.when_readable([this, number] { read_server(number); });
  const Time now = drive::now();
  records_[number] = {.address = address, .upstream = local, .first = now, .last = now, .up = {}, .down = {}};
  if (records_.size() > max_listed + config_.max_clients) {
    // There are more of them than can be live.
    records_.erase(std::ranges::find_if(records_, [](const auto& entry) { return !entry.second.live; }));
  }
  tell_(fmt::format("client {} reaches {} from port {}", to_string(address), to_string(config_.to),
                    local.port));
  numbers_[address] = number;
  return (clients_[number] = std::move(client)).get();
}

void Forwarder::drain() {
  drain(up_);
  drain(down_);
  std::optional<Time> next = up_.link.next();
  if (const auto other = down_.link.next(); other && (!next || *other < *next)) next = other;
  due_.set(next, [this] { drain(); });
}

void Forwarder::drain(Direction& direction) {
  const Time now = drive::now();
  Run run;
  while (auto delivery = direction.link.pop(now)) {
    direction.record.lateness.add(now - delivery->at);
    if (!run.takes(*delivery)) {
      send(direction, run);
      run = {.client = delivery->tag, .ecn = delivery->ecn, .segment = delivery->bytes.size(), .bytes = {}};
    }
    ++run.datagrams;
    run.bytes.insert(run.bytes.end(), delivery->bytes.begin(), delivery->bytes.end());
  }
  send(direction, run);
  note_losses(direction);
  direction.record.link = direction.link.stats();
}

bool Forwarder::Run::takes(const Delivery& delivery) const {
  const bool room = datagrams > 0 && datagrams < drive::UdpSocket::max_segments &&
                    bytes.size() + segment <= drive::UdpSocket::max_run;
  const bool all_full = bytes.size() == datagrams * segment;
  const std::size_t size = delivery.bytes.size();
  return room && all_full && size > 0 && size <= segment && delivery.tag == client && delivery.ecn == ecn;
}

void Forwarder::send(Direction& direction, Run& run) {
  if (run.datagrams == 0) return;
  const auto found = clients_.find(run.client);
  drive::SendResult result;
  if (found != clients_.end()) {
    Client& client = *found->second;
    const ClientRecord& record = records_.at(run.client);
    result = &direction == &up_
                 ? client.upstream.send({.to = {}, .from = {}, .ecn = run.ecn}, run.bytes, run.segment)
                 : listener_.send({.to = record.address, .from = client.asked, .ecn = run.ecn}, run.bytes,
                                  run.segment);
    warn_refused(client);
  }
  // A datagram that the operating system has no room for is lost, as in any router.
  const bool all = found != clients_.end() && result.error == 0 && !result.blocked;
  const std::size_t bytes = result.error == 0 ? result.sent : 0;
  const Count left{all ? run.datagrams : bytes / std::max<std::size_t>(run.segment, 1), bytes};
  direction.record.unsent += {run.datagrams - left.datagrams, run.bytes.size() - left.bytes};
  if (const auto record = records_.find(run.client); record != records_.end()) {
    (&direction == &up_ ? record->second.up : record->second.down).out += left;
  }
}

void Forwarder::note_losses(Direction& direction) {
  for (const Drop& drop : direction.link.take_drops()) {
    PeerAddress address;
    if (const auto record = records_.find(drop.tag); record != records_.end()) {
      address = record->second.address;
      ClientCounts& counts = &direction == &up_ ? record->second.up : record->second.down;
      counts.dropped_by[static_cast<std::size_t>(drop.reason)].add(drop.size);
    }
    direction.record.lost.push_back({drop, address});
    if (direction.record.lost.size() > max_listed) direction.record.lost.pop_front();
  }
}

void Forwarder::forget_idle() {
  const Time now = drive::now();
  for (auto it = clients_.begin(); it != clients_.end();) {
    ClientRecord& record = records_.at(it->first);
    if (now - record.last < config_.idle) {
      ++it;
      continue;
    }
    tell_(fmt::format("client {} was silent for {:.0f} s and is forgotten", to_string(record.address),
                      to_seconds(config_.idle)));
    record.live = false;
    past_overflowed_ += it->second->upstream.overflowed();
    numbers_.erase(record.address);
    it = clients_.erase(it);
  }
  sweep_.set(now + std::min<Duration>(1s, config_.idle), [this] { forget_idle(); });
}

void Forwarder::schedule_rebind() {
  if (next_rebind_ == config_.rebinds.size()) return;
  rebind_.set(*started_ + config_.rebinds[next_rebind_++], [this] { rebind(); });
}

void Forwarder::rebind() {
  for (auto& [number, client] : clients_) {
    ClientRecord& record = records_.at(number);
    auto upstream = drive::UdpSocket::connect(config_.to);
    if (!upstream) {
      tell_(fmt::format("{} keeps its port: {}", to_string(record.address), upstream.error()));
      continue;
    }
    past_overflowed_ += client->upstream.overflowed();
    const PeerAddress asked = client->asked;
    record.upstream = upstream->local();
    client = std::make_unique<Client>(context_, std::move(*upstream), number);
    client->asked = asked;
    client->watch.when_readable([this, n = number] { read_server(n); });
    tell_(fmt::format("client {} reaches {} from port {} now", to_string(record.address),
                      to_string(config_.to), record.upstream.port));
  }
  schedule_rebind();
}

void Forwarder::warn_refused(Client& client) {
  if (client.warned || client.upstream.refused() == 0) return;
  client.warned = true;
  tell_(fmt::format("nobody listens at {}: what is sent there is lost until a server starts",
                    to_string(config_.to)));
}

}  // namespace avocet::link
