#include "protocol/service/requests.hpp"

#include <algorithm>

#include "protocol/service/names.hpp"
#include "protocol/service/tracks.hpp"

namespace avocet::service {
namespace {

using enum wire::RefusalCode;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace

void Service::Requests::operator()(const wire::Join& join) {
  if (!may_request({})) return;
  if (const auto refusal = problem_of(join)) return refuse({}, *refusal);
  guest.waiting = true;
  guest.asked = join.name;
  service.post(registry_shard, shard::Arrive{service.place(guest),
                                             {join.name, guest.key, join.encryption_key, join.signature}});
}

std::optional<Refusal> Service::Requests::problem_of(const wire::Join& join) const {
  const std::string quoted = "\"" + join.name + "\"";
  if (guest.joined()) return Refusal{bad_request, "you are here already, as " + guest.name, "leave first"};
  if (const auto problem = problem_of_name(join.name)) {
    return Refusal{bad_name, quoted + " cannot be a name: " + *problem, "choose another name"};
  }
  if (!is_signed_by_identity(*service.context_,
                             {join.name, guest.key, join.encryption_key, join.signature})) {
    return Refusal{bad_request, "the encryption key is not signed by your identity", "update the client"};
  }
  return std::nullopt;
}

void Service::Requests::operator()(const wire::Browse&) {
  if (!may_request({})) return;
  if (guest.catalogue.active) return refuse({}, {limit, "the catalogue is still being sent", "wait for it"});
  guest.catalogue = {.active = true};
}

void Service::Requests::operator()(const wire::Play& play) {
  if (!new_id(play.play) || !may_request(play.play)) return;
  if (continues(play)) return;
  if (const auto refusal = problem_of(play)) return refuse(play.play, *refusal);
  const auto found = service.catalogue_.find(play.title, play.rendition, play.cap);
  if (!found) return refuse(play.play, found.error());

  Outlet out = guest.outlet(service.events_);
  const DataRate target = guest.port->path().target;
  const bool live = found->live != nullptr;
  const auto& tracks = live ? found->live->tracks() : found->stored->tracks;
  const TrackId first = guest.take_tracks(tracks.size());
  std::size_t rendition = 0;
  const auto began = [&](auto& added) {
    added.begin(now, out);
    rendition = added.rendition();
  };
  if (live) {
    began(std::get<LiveView>(
        guest.plays.try_emplace(play.play, std::in_place_type<LiveView>, found->live, play, first, target)
            .first->second));
    service.add_viewer(service.stages_.find(found->live->publisher().source)->second, guest, play.play);
  } else {
    began(std::get<StoredPlay>(
        guest.plays.try_emplace(play.play, std::in_place_type<StoredPlay>, found->stored, play, first, target)
            .first->second));
  }
  ++service.plays_;
  service.count_viewing(play.title, true);
  service.events_.push_back(
      PlayBegan{guest.id, play.play, guest.name, play.title, tracks[rendition].rendition, live});
  if (!live) service.seal(now, guest, play.play, std::get<StoredPlay>(guest.plays.find(play.play)->second));
}

/// True when it is about the play that has already begun, for a ticket sealed it. When the client wants
/// something else, that one is dropped without a word.
bool Service::Requests::continues(const wire::Play& play) {
  const auto early = guest.plays.find(PlayId{});
  if (early == guest.plays.end()) return false;
  auto& stored = std::get<StoredPlay>(early->second);
  Outlet out = guest.outlet(service.events_);
  const bool wanted =
      std::ranges::any_of(play.extensions,
                          [](const wire::Extension& e) { return e.type == wire::continues_sealed_play; }) &&
      stored.title().name == play.title;
  if (!wanted) {
    stored.abandon(out);
    service.drop_play(guest, PlayId{});
    return false;
  }
  auto node = guest.plays.extract(early);  // AV-SVC-43
  node.key() = guest.continued = play.play;
  guest.plays.insert(std::move(node));
  stored.continue_as(play.play);
  if (const auto refusal = guest.joined() ? std::nullopt : problem_of(play)) {
    service.end_play(guest, play.play, refusal->reason);
    return true;
  }
  const auto& tracks = stored.title().tracks;
  service.events_.push_back(
      PlayBegan{guest.id, play.play, guest.name, play.title, tracks[stored.rendition()].rendition, false});
  if (!problem_of_rendition(play.title, tracks, play.rendition) &&
      !problem_of_rendition(play.title, tracks, play.cap))
    stored.wish(now, wish_for(tracks, play.rendition, play.cap), out);
  service.seal(now, guest, play.play, stored);
  return true;
}

std::optional<Refusal> Service::Requests::problem_of(const wire::Play&) const {
  if (!guest.joined()) return Refusal{not_joined, "only users can play", "join under a name first"};
  if (guest.plays.size() >= service.config_.limits.plays_per_user) {
    return Refusal{limit,
                   "you play " + std::to_string(guest.plays.size()) + " titles already, which is the limit",
                   "stop one of them"};
  }
  return std::nullopt;
}

void Service::Requests::operator()(const wire::Credit& credit) {
  Outlet out = guest.outlet(service.events_);
  if (Guest::Play* found = play(credit.play)) {
    auto* stored = std::get_if<StoredPlay>(found);
    if (stored == nullptr) return;
    stored->credit(now, credit, out);
    service.seal(now, guest, credit.play, *stored);
  }
}

void Service::Requests::operator()(const wire::SwitchRendition& wanted) {
  Guest::Play* found = play(wanted.play);
  if (found == nullptr) return;
  const auto apply = [&](auto& p, const std::string& title, const std::vector<media::TrackConfig>& tracks) {
    for (const std::string& name : {wanted.rendition, wanted.cap}) {
      if (const auto refusal = problem_of_rendition(title, tracks, name))
        return refuse(wanted.play, *refusal);
    }
    Outlet out = guest.outlet(service.events_);
    p.wish(now, wish_for(tracks, wanted.rendition, wanted.cap), out);
  };
  std::visit(Overloaded{[&](StoredPlay& p) { apply(p, p.title().name, p.title().tracks); },
                        [&](LiveView& p) { apply(p, p.title()->name(), p.title()->tracks()); }},
             *found);
}

void Service::Requests::operator()(const wire::Pause& pause) {
  Outlet out = guest.outlet(service.events_);
  if (Guest::Play* found = play(pause.play)) {
    std::visit([&](auto& p) { p.pause(now, pause.paused, out); }, *found);
  }
}

void Service::Requests::operator()(const wire::Seek& seek) {
  Guest::Play* found = play(seek.play);
  if (found == nullptr || !may_request(seek.play)) return;
  auto* stored = std::get_if<StoredPlay>(found);
  if (stored == nullptr) {
    return refuse(seek.play, {bad_request, "a live title has no other place to go to", "watch on"});
  }
  Outlet out = guest.outlet(service.events_);
  stored->seek(now, seek, guest.take_tracks(stored->tracks()), out);
}

void Service::Requests::operator()(const wire::Stop& stop) {
  if (guest.publications.contains(stop.play)) {
    service.withdraw(guest, stop.play, "the publisher stopped");
  } else if (play(stop.play) != nullptr) {
    service.end_play(guest, stop.play, "stopped");
  }
}

void Service::Requests::operator()(const wire::Publish& publish) {
  if (!new_id(publish.play) || !may_request(publish.play)) return;
  if (const auto refusal = problem_of(publish)) return refuse(publish.play, *refusal);
  const Source source{service.place(guest), publish.play};
  service.stages_[source].title =
      std::make_shared<LiveTitle>(publish.title, LiveTitle::Publisher{source, guest.name}, publish.tracks,
                                  service.config_.limits.group_cache);
  guest.waiting = true;
  guest.publications.emplace(publish.play, publish.title);
  service.post(registry_shard, shard::Offer{source, publish.title, guest.name, publish.tracks});
}

std::optional<Refusal> Service::Requests::problem_of(const wire::Publish& publish) const {
  const std::string quoted = "\"" + publish.title + "\"";
  if (!guest.joined()) return Refusal{not_joined, "only users can publish", "join under a name first"};
  if (const auto problem = problem_of_name(publish.title)) {
    return Refusal{bad_name, quoted + " cannot be a title: " + *problem, "choose another title"};
  }
  if (service.catalogue_.stores(publish.title)) {
    return Refusal{title_taken, "there is a title " + quoted + " already", "choose another title"};
  }
  if (guest.publications.size() >= service.config_.limits.publications_per_user) {
    return Refusal{limit, "no more titles can be published", "stop another one first"};
  }
  if (const auto problem = problem_of_tracks(from_wire(publish.tracks))) {
    return Refusal{bad_request, quoted + " cannot be published: " + *problem, "offer other tracks"};
  }
  for (std::size_t i = 0; i < publish.tracks.size(); ++i) {
    const TrackId id = publish.tracks[i].id;
    const bool again = std::ranges::count(publish.tracks, id, &wire::Track::id) > 1;
    const bool elsewhere = std::ranges::any_of(guest.publications, [&](const auto& publication) {
      const auto stage = service.stages_.find({service.place(guest), publication.first});
      return stage->second.title->index_of(id).has_value();
    });
    if (again || elsewhere)
      return Refusal{bad_request, "two tracks have the same number", "update the client"};
  }
  return std::nullopt;
}

void Service::Requests::operator()(const wire::Say& say) {
  if (!may_speak()) return;
  const wire::Say told{.from = guest.name,
                       .line = say.line,
                       .at = static_cast<std::uint64_t>(service.calendar_.time_since_epoch().count())};
  service.tell_everybody(std::make_shared<const Bytes>(wire::frame_message(told)));
}

void Service::Requests::operator()(const wire::Announce& announce) {
  if (may_speak()) service.announce(now, guest.name + ": " + announce.line);
}

void Service::Requests::operator()(const wire::Bye& bye) {
  service.leave(guest, bye.reason.empty() ? "left" : bye.reason);
  service.close(now, guest, wire::CloseCode::none, "goodbye");
}

void Service::Requests::operator()(const wire::KeyFrameWanted& wanted) {
  Guest::Play* found = play(wanted.play);
  const auto* view = found == nullptr ? nullptr : std::get_if<LiveView>(found);
  if (view == nullptr) return;  // AV-LIVE-10
  const auto stage = service.stages_.find(view->title()->publisher().source);
  // Nobody can have missed what was never there.
  if (stage != service.stages_.end())
    service.want_key_frame(now, stage->second, std::min(wanted.after, view->newest()));
}

void Service::Requests::not_for_servers(std::string_view message) {
  service.close(now, guest, wire::CloseCode::service, std::string(message) + " is for clients");  // AV-SVC-3
}

bool Service::Requests::may_request(PlayId request) {
  if (guest.request_rate.take(now)) return true;
  refuse(request, {limit, "too many requests in a short time", "wait a moment, then try again"});
  return false;
}

bool Service::Requests::may_speak() {
  if (!guest.joined())
    return refuse({}, {not_joined, "only users can speak", "join under a name first"}), false;
  if (guest.line_rate.take(now)) return true;
  return refuse({}, {limit, "too many lines in a short time", "wait a moment, then try again"}), false;
}

/// Ids rise, so that none is ever used twice.
bool Service::Requests::new_id(PlayId id) {
  if (id > guest.highest) return guest.highest = id, true;  // AV-SVC-22
  service.close(now, guest, wire::CloseCode::service,
                "play " + std::to_string(id.value) + " is not a new one");
  return false;
}

/// What is said about a play that has ended meanwhile is no fault of the client's.
Guest::Play* Service::Requests::play(PlayId id) {
  const auto found = guest.plays.find(id);
  if (found != guest.plays.end()) return &found->second;
  // AV-SVC-29
  if (id > guest.highest) refuse(id, {no_such_play, "there is no such play", "update the client"});
  return nullptr;
}

}  // namespace avocet::service
