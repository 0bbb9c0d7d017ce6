#include "protocol/session/listener.hpp"

#include <algorithm>
#include <deque>
#include <queue>
#include <unordered_map>
#include <vector>

#include "protocol/base/token_bucket.hpp"
#include "protocol/session/connection.hpp"
#include "protocol/session/datagram_queue.hpp"
#include "protocol/session/handshake_hello.hpp"
#include "protocol/session/tickets.hpp"

namespace avocet::session {
namespace {

/// Answers to strangers that wait for the driver; more are dropped, for a flood must cost no memory.
constexpr std::size_t max_stateless = 64;
/// Datagrams of other shards that wait for the driver: four full reads of a socket.
constexpr std::size_t max_forwards = 256;
/// Resets of all sessions together (AV-RST-3): a restarted server tells 10,000 clients within 10 s, and a
/// flood costs 25 kB/s.
constexpr int resets_per_second = 1000, reset_burst = 100;

/// A connection id of ours begins with the shard that holds its session (AV-CID-1).
constexpr unsigned shard_bit = 56;
std::uint8_t shard_of(ConnectionId id) { return static_cast<std::uint8_t>(id.value >> shard_bit); }

/// Tells one Hello from another while its handshake runs: the same address, id and random mean the same
/// attempt.
struct HelloKey {
  PeerAddress from;
  ConnectionId cid;
  std::array<std::byte, 32> random;
  bool operator==(const HelloKey&) const = default;
};

struct HelloHash {
  std::size_t operator()(const HelloKey& key) const {
    return std::hash<PeerAddress>{}(key.from) ^ std::hash<ConnectionId>{}(key.cid);
  }
};

}  // namespace

class Listener::Impl {
 public:
  Impl(const ListenerConfig& config, ServerCredentials credentials, const Entropy& entropy)
      : config_(config),
        credentials_(std::move(credentials)),
        random_(entropy),
        cookies_(random_.fork()),
        keys_(config_.keys ? *config_.keys : ListenerKeys::make(random_.fork())),
        tickets_(std::make_shared<Tickets>(credentials_.context, config_.shard, random_.fork())) {}

  void receive(Time now, const Datagram&);
  void wake(Time now);
  Output poll(Time now, ByteSpan room, std::size_t max_segments);
  Session* touch(SessionId);
  const Session* find(SessionId) const;
  void refuse_new(Time now);
  void shut_down(Time now, std::string_view reason);
  std::size_t sessions() const { return entries_.size(); }
  const Counters& counters() const { return counters_; }

 private:
  struct Entry {
    SessionId id;
    std::optional<Session> session;
    HelloKey hello;
    bool half_open = true;
    bool ready = false;
    std::optional<Time> wake;  // the one that counts; others in the heap are old
  };
  struct Alarm {
    Time at;
    SessionId id;
    bool operator>(const Alarm& o) const { return at > o.at; }
  };
  void on_hello(Time now, const Datagram&);
  bool belongs_elsewhere(const Datagram&, const CheckedHello&);
  bool address_proven(Time now, const Datagram&, CheckedHello&);
  void accept(Time now, const Datagram&, CheckedHello&, bool address_proven);
  void on_unknown(Time now, const Datagram&, ConnectionId);
  void reset(Time now, const Datagram&, ConnectionId);
  void forward(const Datagram&, std::uint8_t shard);
  void answer(const Datagram&, wire::PacketKind, Bytes body);
  std::optional<Transmit> next_answer(ByteSpan room);
  ConnectionId fresh_id();
  Entry* entry(SessionId id);
  void make_ready(Entry&);
  void settle(Entry&, const Wake&);
  void note_progress(Entry&);
  void tend_ids(Entry&);
  void erase(Entry&);
  Wake next_wake(Time now);

  const ListenerConfig config_;
  const ServerCredentials credentials_;
  crypto::Random random_;
  crypto::CookieKey cookies_;
  const ListenerKeys keys_;
  std::shared_ptr<Tickets> tickets_;
  bool shutting_down_ = false;
  std::uint64_t next_session_ = 1;
  std::size_t half_open_ = 0;
  std::unordered_map<SessionId, std::unique_ptr<Entry>> entries_;
  std::unordered_map<ConnectionId, Entry*> by_id_;
  std::unordered_map<HelloKey, Entry*, HelloHash> by_hello_;
  media::Ring<SessionId> ready_;
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
  TokenBucket reset_rate_{resets_per_second, reset_burst};
  DatagramQueue stateless_{max_stateless};
  DatagramQueue forwards_{max_forwards};
  Counters counters_;
};

void Listener::Impl::receive(Time now, const Datagram& datagram) {
  ++counters_.datagrams;
  const auto kind = wire::packet_kind(datagram.bytes);
  if (kind == wire::PacketKind::hello) return on_hello(now, datagram);
  if (kind != wire::PacketKind::protected_ && kind != wire::PacketKind::handshake)
    return ++counters_.malformed, void();
  wire::Reader reader(datagram.bytes);
  wire::SealedHeader header;
  wire::read_fields(reader, header);
  if (!reader.ok()) return ++counters_.malformed, void();
  const auto found = by_id_.find(header.destination);
  if (found == by_id_.end()) return on_unknown(now, datagram, header.destination);
  found->second->session->receive(now, datagram);
  make_ready(*found->second);
}

void Listener::Impl::on_unknown(Time now, const Datagram& datagram, ConnectionId id) {
  const std::uint8_t shard = shard_of(id);
  if (shard != config_.shard && shard < config_.shards) return forward(datagram, shard);  // AV-CID-1
  reset(now, datagram, id);
  ++counters_.strays;  // AV-PKT-19
}

/// Only who sealed the packet can need it: not a stranger's Handshake packet, and never a Reset (AV-RST-2).
void Listener::Impl::reset(Time now, const Datagram& datagram, ConnectionId id) {
  const bool wanted = wire::packet_kind(datagram.bytes) == wire::PacketKind::protected_ &&
                      datagram.bytes.size() >= wire::sealed_overhead;
  if (!wanted || stateless_.full() || !reset_rate_.take(now)) return;
  wire::ResetPacket packet{.unknown = id};
  std::ranges::copy(crypto::reset_token(*credentials_.context, keys_.reset, id).bytes(),
                    packet.token.begin());  // AV-RST-1
  DatagramQueue::Entry& entry = stateless_.push();
  entry.from = datagram.to, entry.to = datagram.from;
  entry.bytes = wire::encode(packet);
  ++counters_.resets;
}

void Listener::Impl::forward(const Datagram& datagram, std::uint8_t shard) {
  if (forwards_.full() || datagram.bytes.size() > wire::largest_datagram)
    return ++counters_.dropped_forwards, void();
  ++counters_.forwarded;
  DatagramQueue::Entry& entry = forwards_.push();
  entry.from = datagram.from, entry.to = datagram.to;
  entry.ecn = datagram.ecn, entry.arrived = datagram.arrived;
  entry.shard = shard;
  entry.bytes.assign(datagram.bytes.begin(), datagram.bytes.end());
}

void Listener::Impl::on_hello(Time now, const Datagram& datagram) {
  ++counters_.hellos;
  const auto packet = wire::decode<wire::ClearPacket>(datagram.bytes);
  // AV-HS-7: A Hello must be as large as what it asks for, or it would make an amplifier of us.
  if (!packet || datagram.bytes.size() < wire::base_datagram) return ++counters_.malformed, void();
  auto hello = check_hello(packet->body, credentials_.identity->algorithm());
  if (!hello) {
    if (!hello.error().reason) return ++counters_.malformed, void();
    ++counters_.refusals;
    return answer(datagram, wire::PacketKind::refuse,
                  make_refuse(hello.error().client_cid, *hello.error().reason));
  }
  if (const auto known = by_hello_.find({datagram.from, hello->hello.cid, hello->hello.random});
      known != by_hello_.end()) {
    // After a Retry the same attempt comes with a cookie, but then no entry exists for it yet.
    known->second->session->receive(now, datagram);
    return make_ready(*known->second);
  }
  if (shutting_down_ || entries_.size() >= config_.max_sessions) {
    ++counters_.refusals;
    const auto reason = shutting_down_ ? wire::RefuseReason::shutting_down : wire::RefuseReason::busy;
    return answer(datagram, wire::PacketKind::refuse, make_refuse(hello->hello.cid, reason));
  }
  if (belongs_elsewhere(datagram, *hello)) return;
  const bool proven = address_proven(now, datagram, *hello);
  if (!proven && half_open_ >= config_.half_open_before_retry) {  // AV-HS-13
    ++counters_.retries;
    return answer(datagram, wire::PacketKind::retry,
                  make_retry(*credentials_.context, cookies_, now, datagram.from, *hello));
  }
  if (half_open_ >= config_.max_half_open) return ++counters_.dropped_hellos, void();
  accept(now, datagram, *hello, proven);
}

/// A ticket is taken only where it was made: there the register of those that were used is (AV-TKT-8).
bool Listener::Impl::belongs_elsewhere(const Datagram& datagram, const CheckedHello& checked) {
  if (!checked.hello.ticket) return false;
  const auto shard = crypto::SealKey::shard_of(*checked.hello.ticket);
  if (!shard || *shard == config_.shard || *shard >= config_.shards) return false;
  forward(datagram, *shard);
  return true;
}

bool Listener::Impl::address_proven(Time now, const Datagram& datagram, CheckedHello& checked) {
  if (check_cookie(*credentials_.context, cookies_, now, datagram.from, checked)) return true;
  return checked.hello.token && tickets_->take_token(now, datagram.from, *checked.hello.token);
}

void Listener::Impl::accept(Time now, const Datagram& datagram, CheckedHello& hello, bool address_proven) {
  hello.ticket = tickets_->open(now, hello);
  if (hello.ticket && !tickets_->take(*hello.ticket)) hello.ticket.reset();
  const ConnectionId own = fresh_id();
  const crypto::ResetToken token = crypto::reset_token(*credentials_.context, keys_.reset, own);
  auto opening = open_as_server(config_.session, credentials_, random_, hello, own, token);
  if (!opening) return ++counters_.malformed, void();

  auto entry = std::make_unique<Entry>();
  entry->id = {next_session_++};
  entry->hello = {datagram.from, hello.hello.cid, hello.hello.random};
  Path path(datagram.from, datagram.to, address_proven);
  path.on_received(datagram.bytes.size());
  entry->session = Session(std::make_unique<Session::Impl>(
      config_.session, credentials_.context, std::move(*opening), own, path, tickets_, random_.fork(), now));
  // AV-TKT-11: Only to an address that is proven, or a captured Hello would make an amplifier of us.
  if (hello.ticket && address_proven && !hello.ticket->contents.service.empty())
    entry->session->impl_->begin_early(now, hello.ticket->contents);
  ++half_open_;
  by_id_.emplace(own, entry.get());
  by_hello_.emplace(entry->hello, entry.get());
  make_ready(*entry);
  entries_.emplace(entry->id, std::move(entry));
}

void Listener::Impl::answer(const Datagram& to, wire::PacketKind kind, Bytes body) {
  if (stateless_.full()) return;
  DatagramQueue::Entry& entry = stateless_.push();
  entry.from = to.to, entry.to = to.from;
  entry.bytes = wire::encode(wire::ClearPacket{.kind = kind, .body = body});
}

std::optional<Transmit> Listener::Impl::next_answer(ByteSpan room) {
  while (!stateless_.empty()) {
    const DatagramQueue::Entry& next = stateless_.pop();
    const std::size_t size = next.bytes.size();
    if (size > room.size()) continue;
    std::ranges::copy(next.bytes, room.begin());
    return Transmit{.to = next.to, .from = next.from, .size = size, .segment = size};
  }
  return std::nullopt;
}

ConnectionId Listener::Impl::fresh_id() {
  for (;;) {
    constexpr std::uint64_t below_shard = (std::uint64_t{1} << shard_bit) - 1;
    const ConnectionId id{(random_.u64() & below_shard) | std::uint64_t{config_.shard} << shard_bit};
    if (!by_id_.contains(id)) return id;
  }
}

void Listener::Impl::wake(Time now) {
  while (!alarms_.empty() && alarms_.top().at <= now) {
    const Alarm alarm = alarms_.top();
    alarms_.pop();
    Entry* entry = this->entry(alarm.id);
    if (entry == nullptr || entry->wake != alarm.at) continue;
    entry->wake.reset();
    entry->session->wake(now);
    make_ready(*entry);
  }
}

Listener::Output Listener::Impl::poll(Time now, ByteSpan room, std::size_t max_segments) {
  if (auto answer = next_answer(room)) return *answer;
  if (!forwards_.empty()) {
    const DatagramQueue::Entry& next = forwards_.pop();
    return Forward{next.shard, next.from, next.to, next.ecn, next.arrived, next.bytes};
  }
  wake(now);
  while (!ready_.empty()) {
    Entry* entry = this->entry(ready_.front());
    if (entry == nullptr) {
      ready_.pop_front();
      continue;
    }
    auto output = entry->session->poll(now, room, max_segments);
    note_progress(*entry);
    tend_ids(*entry);
    if (auto* transmit = std::get_if<Transmit>(&output)) {
      // Others take their turn before it may send again.
      ready_.pop_front();
      ready_.push_back(entry->id);
      return *transmit;
    }
    if (auto* event = std::get_if<Event>(&output)) {
      SessionEvent told{entry->id, std::move(*event)};
      if (std::holds_alternative<Closed>(told.event)) erase(*entry);
      return told;
    }
    ready_.pop_front();
    settle(*entry, std::get<Wake>(output));
  }
  return next_wake(now);
}

Session* Listener::Impl::touch(SessionId id) {
  Entry* found = entry(id);
  if (found == nullptr) return nullptr;
  make_ready(*found);
  return &*found->session;
}

const Session* Listener::Impl::find(SessionId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &*found->second->session;
}

void Listener::Impl::refuse_new(Time now) {
  shutting_down_ = true;
  for (auto& [id, entry] : entries_) {
    if (!entry->half_open) continue;
    entry->session->close(now, wire::CloseCode::refused, "the server is stopping");
    make_ready(*entry);
  }
}

void Listener::Impl::shut_down(Time now, std::string_view reason) {
  shutting_down_ = true;
  for (auto& [id, entry] : entries_) {
    entry->session->close(now, wire::CloseCode::none, reason);
    make_ready(*entry);
  }
}

Listener::Impl::Entry* Listener::Impl::entry(SessionId id) {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.get();
}

void Listener::Impl::make_ready(Entry& entry) {
  if (std::exchange(entry.ready, true)) return;
  ready_.push_back(entry.id);
}

void Listener::Impl::settle(Entry& entry, const Wake& wake) {
  entry.ready = false;
  // An alarm that is a little early may stay: it finds nothing to do, and then the right one is set. Most
  // timers only move on.
  constexpr Duration worth_moving = 5ms;
  const bool stays = entry.wake && wake.at && *entry.wake < *wake.at && *wake.at < *entry.wake + worth_moving;
  if (entry.wake == wake.at || stays) return;
  entry.wake = wake.at;
  if (wake.at) alarms_.push({*wake.at, entry.id});
}

void Listener::Impl::note_progress(Entry& entry) {
  if (!entry.half_open || entry.session->impl_->half_open()) return;
  entry.half_open = false;
  --half_open_;
  if (entry.session->connected()) ++counters_.handshakes_completed;
  by_hello_.erase(entry.hello);
}

/// Sessions choose no ids of their own: they must not collide, and say whose they are (AV-CID-1).
void Listener::Impl::tend_ids(Entry& entry) {
  Session::Impl& session = *entry.session->impl_;
  while (const auto freed = session.take_freed_id()) by_id_.erase(*freed);
  while (session.wants_id()) {
    const ConnectionId id = fresh_id();
    by_id_.emplace(id, &entry);
    const auto token = crypto::reset_token(*credentials_.context, keys_.reset, id);
    ResetTokenBytes announced;
    std::ranges::copy(token.bytes(), announced.begin());
    session.add_id(id, announced);
  }
}

void Listener::Impl::erase(Entry& entry) {
  ++counters_.sessions_closed;
  if (entry.half_open) --half_open_, by_hello_.erase(entry.hello);
  entry.session->impl_->own_ids().for_each([this](ConnectionId id) { by_id_.erase(id); });
  entries_.erase(entry.id);
}

Wake Listener::Impl::next_wake(Time now) {
  while (!alarms_.empty()) {
    const Alarm& first = alarms_.top();
    const Entry* owner = entry(first.id);
    if (owner != nullptr && owner->wake == first.at)
      return {std::max(first.at, now + Duration(1)), "a session's timer"};
    alarms_.pop();
  }
  return {};
}

Listener::Listener(const ListenerConfig& config, ServerCredentials credentials, Entropy entropy)
    : impl_(std::make_unique<Impl>(config, std::move(credentials), entropy)) {}
Listener::~Listener() = default;

void Listener::receive(Time now, const Datagram& datagram) { impl_->receive(now, datagram); }
void Listener::wake(Time now) { impl_->wake(now); }
Listener::Output Listener::poll(Time now, ByteSpan room, std::size_t max_segments) {
  return impl_->poll(now, room, max_segments);
}
Session* Listener::touch(SessionId id) { return impl_->touch(id); }
const Session* Listener::find(SessionId id) const { return impl_->find(id); }
void Listener::refuse_new(Time now) { impl_->refuse_new(now); }
void Listener::shut_down(Time now, std::string_view reason) { impl_->shut_down(now, reason); }
std::size_t Listener::sessions() const { return impl_->sessions(); }
const Listener::Counters& Listener::counters() const { return impl_->counters(); }

}  // namespace avocet::session
