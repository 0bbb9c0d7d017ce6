#include "endpoints/server/shard.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "endpoints/drive/entropy.hpp"

namespace avocet::server {
namespace {

/// Live frames that wait for a shard: a second of 128 Mbit/s. Beyond it they are dropped whole.
constexpr std::size_t most_frame_bytes = 16 << 20;
/// Datagrams that wait for a shard: those of a moment. Beyond it they are dropped, as by a full socket.
constexpr std::size_t most_datagrams = 1024;

template <class Event>
constexpr bool is_told =
    !std::is_same_v<Event, service::SessionOpened> && !std::is_same_v<Event, service::SessionClosed>;

}  // namespace

Shard::Shard(const Settings& settings, session::ServerCredentials credentials, drive::UdpSocket socket,
             std::function<void(Notice)> tell)
    : id_{settings.config.listener.shard},
      tell_(std::move(tell)),
      shelf_(settings.shelf),
      cache_(settings.cache_bytes),
      server_(settings.config, std::move(credentials), drive::draw_entropy(), drive::unix_time()),
      loop_(context_, server_, std::move(socket), Handler{this}),
      mail_(context_, [this](Mail& mail) { take(mail); }),
      datagrams_(
          context_, [this](session::DatagramQueue& queue) { take(queue); },
          session::DatagramQueue(most_datagrams), session::DatagramQueue(most_datagrams)) {
  server_.set_catalogue(shelf_->catalogue);
}

void Shard::start(std::vector<Shard*> all) {
  all_ = std::move(all);
  thread_ = std::jthread([this] { run(); });
}

void Shard::run() {
  std::string error;
  try {
    loop_.start();
    context_.run();
  } catch (const std::exception& caught) {
    error = caught.what();
  }
  tell_(stats());
  tell_(ShardEnded{std::move(error)});
}

template <class Calls>
void Shard::from_outside(Calls&& calls) {
  asio::post(context_, [this, calls = std::forward<Calls>(calls)]() mutable { loop_.call(calls); });
}

void Shard::set_shelf(std::shared_ptr<const Shelf> shelf) {
  from_outside([this, shelf = std::move(shelf)](Time) mutable {
    std::swap(shelf_, shelf);
    for (const auto& [name, old] : shelf->titles) {
      const codec::Title* title = shelf_->find(name);
      if (title == nullptr || title->id() != old->id()) cache_.forget_title(old->id());
    }
    server_.set_catalogue(shelf_->catalogue);
  });
}

void Shard::set_calendar(UnixTime time) {
  from_outside([this, time](Time) { server_.set_calendar(time); });
}

void Shard::report() {
  asio::post(context_, [this] { tell_(stats()); });
}

void Shard::drain(std::string reason, Time until) {
  from_outside([this, reason = std::move(reason), until](Time now) {
    stopping_ = true;
    server_.drain(now, reason, until);
    note_drained();
  });
}

void Shard::note_drained() {
  if (stopping_ && server_.sessions() == 0) {
    stopping_ = false;
    tell_(ShardDrained{});
  }
}

void Shard::end() {
  asio::post(context_, [this] {
    loop_.close();
    context_.stop();
  });
}

void Shard::Handler::operator()(service::Server::Output&& output, Time now) const {
  shard->on_event(std::get<service::ServerEvent>(output), now);
}

void Shard::on_event(service::ServerEvent& event, Time now) {
  std::visit(
      [&]<class Event>(Event& e) {
        if constexpr (std::is_same_v<Event, service::NeedSegment>) {
          supply(e.request, now);
        } else if constexpr (std::is_same_v<Event, service::ToShard> ||
                             std::is_same_v<Event, session::Forward>) {
          hand_on(e);
        } else {
          if constexpr (std::is_same_v<Event, service::UserJoined>) users_[e.session] = e.name;
          if constexpr (std::is_same_v<Event, service::UserLeft>) users_.erase(e.session);
          if constexpr (std::is_same_v<Event, service::SessionClosed>) note_drained();
          if constexpr (is_told<Event>) tell_(std::move(event));
        }
      },
      event);
}

void Shard::supply(const service::SegmentRequest& request, Time now) {
  const codec::Title* title = shelf_->find(request.title);
  if (title == nullptr) return server_.fail(now, request, "the title is no longer in the library");
  auto segment = cache_.get(*title, request.track, request.segment);
  if (!segment) {
    tell_(segment.error());
    return server_.fail(now, request, segment.error().reason);
  }
  server_.supply(now, request, std::move(*segment));
}

void Shard::hand_on(service::ToShard& order) {
  for (Shard* other : all_) {
    if (order.to ? other->id_ != *order.to : other == this) continue;
    if (!other->put(id_, order.message)) ++frames_dropped_;
  }
}

bool Shard::put(ShardId from, const service::shard::Message& message) {
  const auto* live = std::get_if<service::shard::LiveFrame>(&message);
  const std::size_t bytes = live == nullptr ? 0 : live->frame.size();
  return mail_.put([&](Mail& mail) {
    if (service::shard::may_be_dropped(message) && mail.frame_bytes + bytes > most_frame_bytes) return false;
    mail.frame_bytes += bytes;
    mail.messages.emplace_back(from, message);
    return true;
  });
}

void Shard::take(Mail& mail) {
  loop_.call([&](Time now) {
    for (auto& [from, message] : mail.messages) server_.on_shard(now, from, std::move(message));
  });
  mail.messages.clear();
  mail.frame_bytes = 0;
}

void Shard::hand_on(const session::Forward& forward) {
  const bool taken = all_[forward.shard]->datagrams_.put([&](session::DatagramQueue& queue) {
    if (queue.full()) return false;
    auto& entry = queue.push();
    entry.from = forward.from, entry.to = forward.to;
    entry.ecn = forward.ecn, entry.arrived = forward.arrived;
    entry.bytes.assign(forward.bytes.begin(), forward.bytes.end());
    return true;
  });
  if (!taken) ++datagrams_dropped_;
}

void Shard::take(session::DatagramQueue& queue) {
  loop_.call([&](Time now) {
    while (!queue.empty()) {
      auto& entry = queue.pop();
      server_.receive(now, {.from = entry.from,
                            .to = entry.to,
                            .ecn = entry.ecn,
                            .arrived = entry.arrived,
                            .bytes = entry.bytes});
    }
  });
}

ShardStats Shard::stats() const {
  ShardStats stats{.connections = server_.sessions(),
                   .plays = server_.plays(),
                   .users = server_.users(),
                   .counters = server_.counters(),
                   .io = loop_.stats(),
                   .frames_dropped = frames_dropped_,
                   .datagrams_dropped = datagrams_dropped_,
                   .sessions = {}};
  for (const auto& [id, name] : users_) {
    if (const session::Session* session = server_.find(id))
      stats.sessions.push_back({name, session->stats()});
  }
  return stats;
}

}  // namespace avocet::server
