#include "protocol/service/service.hpp"

#include <algorithm>

#include "protocol/service/names.hpp"
#include "protocol/service/requests.hpp"

namespace avocet::service {
namespace {

constexpr std::size_t page_room = 64 << 10;  // pages are made while fewer bytes wait

}  // namespace

Service::Service(const ServiceConfig& config, std::shared_ptr<crypto::Context> context)
    : config_(config), context_(std::move(context)) {
  if (config_.shard == registry_shard) registry_.emplace(config_.limits);
}
Service::~Service() = default;

void Service::opened(Time now, SessionId session, std::unique_ptr<Port> port, Bytes public_key,
                     std::string fingerprint) {
  if (guests_.contains(session)) return;  // resuming
  guests_[session] = std::make_unique<Guest>(session, std::move(port), std::move(public_key), config_.limits);
  events_.push_back(SessionOpened{session, std::move(fingerprint)});
  if (drain_) say_goodbye(now, *guests_[session]);
}

void Service::received(Time now, SessionId session, ByteView stream_bytes) {
  if (Guest* guest = find(session)) hear(now, *guest, stream_bytes);
  pump(now);
}

void Service::hear(Time now, Guest& guest, ByteView stream_bytes) {
  if (guest.parting) return;
  const auto handle = [&](const auto& message) {
    if (!guest.message_rate.take(now)) {
      return close(now, guest, wire::CloseCode::service, "too many messages in a short time");
    }
    Requests{*this, guest, now}(message);
  };
  const auto go_on = [&] { return !guest.leaving && !guest.waiting; };
  const bool readable = guest.messages.receive(stream_bytes, handle, go_on);
  if (!readable) close(now, guest, wire::CloseCode::service, guest.messages.fault());  // AV-SVC-2
  settle(now, guest);
}

/// By the registry: what the guest has said meanwhile has its turn.
void Service::answered(Time now, Guest& guest) {
  guest.waiting = false;
  hear(now, guest, {});
  if (!guest.waiting) attentive_.push_back(guest.id);
}

bool Service::attentive(SessionId session) const {
  const auto found = guests_.find(session);
  return found == guests_.end() || !found->second->waiting;
}

std::optional<SessionId> Service::next_attentive() {
  if (attentive_.empty()) return std::nullopt;
  const SessionId session = attentive_.front();
  attentive_.pop_front();
  return session;
}

void Service::ready(Time now, SessionId session) {
  if (Guest* guest = find(session)) {
    advance_plays(now, *guest);
    settle(now, *guest);
  }
  pump(now);
}

void Service::closed(Time now, SessionId session, wire::CloseCode code, std::string_view reason,
                     bool by_peer) {
  const auto found = guests_.find(session);
  if (found == guests_.end()) return;
  Guest& guest = *found->second;
  leave(guest, reason.empty() ? "the connection ended" : reason);
  if (guest.armed) timers_.erase({*guest.armed, session});
  guests_.erase(found);
  events_.push_back(SessionClosed{session, code, std::string(reason), by_peer});
  pump(now);
}

void Service::set_catalogue(std::vector<StoredTitle> titles) { catalogue_.set_stored(std::move(titles)); }

void Service::supply(Time now, const SegmentRequest& request, media::SharedSegment segment) {
  Guest* guest = find(request.session);
  if (guest == nullptr) return;
  const auto found = guest->plays.find(guest->current(request.play));
  if (found == guest->plays.end()) return;
  Outlet out = guest->outlet(events_);
  if (auto* play = std::get_if<StoredPlay>(&found->second))
    play->supply(now, request, std::move(segment), out);
  settle(now, *guest);
  pump(now);
}

void Service::fail(Time now, const SegmentRequest& request, std::string_view reason) {
  Guest* guest = find(request.session);
  if (guest == nullptr) return;
  const auto found = guest->plays.find(guest->current(request.play));
  if (found == guest->plays.end()) return;
  const auto* play = std::get_if<StoredPlay>(&found->second);
  if (play == nullptr || !play->wants(request)) return;
  end_play(*guest, found->first, reason);
  settle(now, *guest);
  pump(now);
}

void Service::announce(Time now, std::string_view line) {
  const wire::Announce told{.line = shortened(line, 4096),
                            .at = static_cast<std::uint64_t>(calendar_.time_since_epoch().count())};
  tell_everybody(std::make_shared<const Bytes>(wire::frame_message(told)));
  pump(now);
}

void Service::wake(Time now) {
  if (directory_due_ && *directory_due_ <= now) {
    directory_due_.reset();
    broadcast(now, directory_.take_changes());
  }
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const SessionId session = timers_.begin()->second;
    timers_.erase(timers_.begin());
    Guest& guest = *guests_.find(session)->second;
    guest.armed.reset();
    advance_plays(now, guest);
    settle(now, guest);
  }
  if (drain_ && drain_->look_at && *drain_->look_at <= now) see_off(now);
  pump(now);
}

std::optional<Time> Service::due() const {
  std::optional<Time> due = directory_due_;
  const auto no_later = [&](Time at) { due = due ? std::min(*due, at) : at; };
  if (!timers_.empty()) no_later(timers_.begin()->first);
  if (drain_ && drain_->look_at) no_later(*drain_->look_at);
  return due;
}

std::optional<ServerEvent> Service::next_event() {
  if (events_.empty()) return std::nullopt;
  ServerEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

/// Null for one that is leaving, too: it counts no more.
Guest* Service::find(SessionId session) {
  const auto found = guests_.find(session);
  return found == guests_.end() || found->second->leaving ? nullptr : found->second.get();
}

void Service::refuse(Guest& guest, PlayId request, const Refusal& refusal) {
  guest.messages.send(wire::Refused{.request = request.value,
                                    .code = refusal.code,
                                    .reason = shortened(refusal.reason, 512),
                                    .remedy = shortened(refusal.remedy, 512)});
}

void Service::close(Time now, Guest& guest, wire::CloseCode code, std::string_view reason) {
  if (guest.leaving) return;
  leave(guest, reason);
  guest.messages.flush(now, *guest.port);
  guest.leaving = true;
  guest.port->close(now, code, shortened(reason, 256));
  arm(guest);
}

/// The play of a ticket has id 0 until the client says how it calls it, which may be never.
void Service::resuming(Time now, SessionId session, std::unique_ptr<Port> port, Bytes public_key,
                       std::string fingerprint, ByteView sealed) {
  opened(now, session, std::move(port), std::move(public_key), std::move(fingerprint));
  Guest& guest = *guests_.find(session)->second;
  const auto play = wire::decode<wire::Play>(sealed);
  if (!play) return;
  const auto found = catalogue_.find(play->title, play->rendition, play->cap);
  if (!found || found->stored == nullptr) return;
  Outlet out = guest.outlet(events_);
  const TrackId first = guest.take_tracks(found->stored->tracks.size());
  auto& stored = std::get<StoredPlay>(guest.plays
                                          .try_emplace(PlayId{}, std::in_place_type<StoredPlay>,
                                                       found->stored, *play, first, out.port.path().target)
                                          .first->second);
  ++plays_;
  count_viewing(play->title, true);
  stored.begin(now, out);
  stored.grant_first(now, out);  // AV-SVC-41
  settle(now, guest);
  pump(now);
}

void Service::seal(Time now, Guest& guest, PlayId id, StoredPlay& play) {
  if (const auto sealed = play.to_seal()) guest.port->issue_ticket(now, id, *sealed);  // AV-SVC-40
}

void Service::end_play(Guest& guest, PlayId id, std::string_view reason) {
  Outlet out = guest.outlet(events_);
  std::visit([&](auto& play) { play.end(reason, out); }, guest.plays.find(id)->second);
  drop_play(guest, id);
}

void Service::drop_play(Guest& guest, PlayId id) {
  const auto found = guest.plays.find(id);
  if (const auto* view = std::get_if<LiveView>(&found->second)) {
    count_viewing(view->title()->name(), false);
    if (const auto stage = stages_.find(view->title()->publisher().source); stage != stages_.end())
      remove_viewer(stage->second, guest, id);
  } else {
    count_viewing(std::get<StoredPlay>(found->second).title().name, false);
  }
  guest.plays.erase(found);
  --plays_;
}

void Service::advance_plays(Time now, Guest& guest) {
  Outlet out = guest.outlet(events_);
  for (auto& [id, play] : guest.plays) {
    std::visit([&](auto& p) { p.advance(now, out); }, play);
  }
}

/// Its viewers hear of it when the registry has taken note.
void Service::withdraw(Guest& guest, PlayId publication, std::string_view reason) {
  const auto found = guest.publications.find(publication);
  post(registry_shard,
       shard::Withdraw{{place(guest), publication}, std::move(found->second), std::string(reason)});
  guest.publications.erase(found);
}

/// Ends everything that a guest does here.
void Service::leave(Guest& guest, std::string_view reason) {
  while (!guest.publications.empty()) {
    withdraw(guest, guest.publications.begin()->first, guest.name + " left");
  }
  while (!guest.plays.empty()) end_play(guest, guest.plays.begin()->first, reason);
  guest.directory = guest.catalogue = {};
  if (!guest.asked.empty()) post(registry_shard, shard::Depart{place(guest), std::exchange(guest.asked, {})});
  if (guest.joined())
    events_.push_back(UserLeft{guest.id, std::exchange(guest.name, {}), std::string(reason)});
}

void Service::settle(Time now, Guest& guest) {
  if (guest.leaving) return;
  for (auto next = guest.plays.begin(); next != guest.plays.end();) {
    const auto& [id, play] = *next++;
    const auto* stored = std::get_if<StoredPlay>(&play);
    if (stored != nullptr && stored->over()) end_play(guest, id, std::string(*stored->over()));
  }
  set_ceiling(guest);
  send_pages(now, guest);
  // AV-SVC-7
  if (guest.messages.overflowed())
    return close(now, guest, wire::CloseCode::service, "messages are not being read");
  arm(guest);
}

void Service::send_pages(Time now, Guest& guest) {
  guest.messages.flush(now, *guest.port);
  const auto send = [&](Guest::Paging& paging, const auto& list) {
    while (paging.active && guest.messages.queued() < page_room) {
      const auto page = list.page(paging.after);
      paging = {page.cursor.has_value(), page.cursor};
      guest.messages.send(page.message);
      guest.messages.flush(now, *guest.port);
    }
  };
  send(guest.directory, directory_);
  send(guest.catalogue, catalogue_);
}

/// A quarter above the need leaves the room in which a step up is recognised.
void Service::set_ceiling(Guest& guest) {
  DataRate most;
  for (const auto& [id, play] : guest.plays) {
    most = most + std::visit([](const auto& p) { return p.most(); }, play) * 1.25;
  }
  if (most != DataRate::zero() && most != guest.ceiling) guest.port->set_ceiling(guest.ceiling = most);
}

void Service::arm(Guest& guest) {
  std::optional<Time> due;
  for (const auto& [id, play] : guest.plays) {
    const auto at = std::visit([](const auto& p) { return p.due(); }, play);
    if (at && (!due || *at < *due)) due = at;
  }
  if (due == guest.armed) return;
  if (guest.armed) timers_.erase({*guest.armed, guest.id});
  if (due) timers_.insert({*due, guest.id});
  guest.armed = due;
}

void Service::broadcast(Time now, const std::vector<SharedBytes>& messages) {
  std::vector<SessionId> unread;
  for (const auto& [session, guest] : guests_) {
    if (!guest->joined() || guest->parting || guest->leaving) continue;
    for (const SharedBytes& message : messages) guest->messages.send_bytes(message);
    guest->messages.flush(now, *guest->port);
    if (guest->messages.overflowed()) unread.push_back(session);
  }
  for (const SessionId session : unread) {
    if (Guest* guest = find(session))
      close(now, *guest, wire::CloseCode::service, "messages are not being read");
  }
}

void Service::tell_everybody(SharedBytes message) { post({}, shard::Tell{std::move(message)}); }

}  // namespace avocet::service
