#include "protocol/service/from_shards.hpp"

#include "protocol/service/names.hpp"

namespace avocet::service {

void Service::on_shard(Time now, ShardId from, shard::Message message) {
  inbox_.emplace_back(from, std::move(message));
  pump(now);
}

void Service::pump(Time now) {
  while (!inbox_.empty()) {
    auto [from, message] = std::move(inbox_.front());
    inbox_.pop_front();
    std::visit(FromShards{*this, from, now}, std::move(message));
  }
}

void Service::post(std::optional<ShardId> to, shard::Message message) {
  if (!to) post_to_others(message);
  if (!to || *to == config_.shard) return inbox_.emplace_back(config_.shard, std::move(message)), void();
  events_.push_back(ToShard{to, std::move(message)});
}

void Service::post_to_others(shard::Message message) {
  if (config_.shards > 1) events_.push_back(ToShard{std::nullopt, std::move(message)});
}

// From the registry.

void Service::FromShards::operator()(shard::Admitted&& admitted) {
  Guest* guest = service.find(admitted.session);
  if (guest == nullptr) return;
  guest->name = std::move(admitted.name);
  guest->messages.send(wire::Welcome{.server = shortened(service.config_.name, 64)});
  guest->directory = {.active = true};
  service.events_.push_back(UserJoined{guest->id, guest->name, admitted.superseded});
  service.answered(now, *guest);
}

void Service::FromShards::operator()(shard::Denied&& denied) {
  service.stages_.erase({{service.config_.shard, denied.session}, denied.request});
  Guest* guest = service.find(denied.session);
  if (guest == nullptr) return;
  guest->publications.erase(denied.request);
  if (denied.request == PlayId{}) guest->asked.clear();
  service.refuse(*guest, denied.request, denied.refusal);
  service.answered(now, *guest);
}

void Service::FromShards::operator()(shard::Supersede&& supersede) {
  Guest* ghost = service.find(supersede.session);
  if (ghost == nullptr) return;
  service.leave(*ghost, "joined again from elsewhere");
  service.close(now, *ghost, wire::CloseCode::superseded, supersede.name + " joined again from elsewhere");
}

void Service::FromShards::operator()(shard::UserCame&& came) {
  service.directory_.enter(std::move(came.user));
  directory_changed();
}

void Service::FromShards::operator()(shard::UserWent&& went) {
  service.directory_.leave(went.name);
  directory_changed();
}

void Service::FromShards::directory_changed() {
  if (!service.directory_due_) service.directory_due_ = now + Directory::pause;
}

void Service::FromShards::operator()(shard::TitleOpened&& opened) {
  const bool home = service.is_home(opened.source);
  Stage& stage = service.stages_[opened.source];
  if (!stage.title) {
    stage.title = std::make_shared<LiveTitle>(opened.title, LiveTitle::Publisher{opened.source, opened.user},
                                              opened.tracks, service.config_.limits.group_cache);
  }
  stage.open = true;
  service.catalogue_.add_live(stage.title);
  if (!home) return;
  service.events_.push_back(TitlePublished{opened.source.publisher.session, opened.user, opened.title});
  Guest* publisher = service.find(opened.source.publisher.session);
  if (publisher == nullptr) return;
  publisher->messages.send(wire::Published{.play = opened.source.publication});
  service.answered(now, *publisher);
}

void Service::FromShards::operator()(shard::TitleClosed&& closed) {
  service.close_stage(now, closed.source, closed.reason);
}

// Between the shard of a publisher and those of its viewers.

void Service::FromShards::operator()(shard::Watch&& watch) {
  Stage* found = stage(watch.source);
  if (found == nullptr) return;
  if (!watch.watching) return found->watching.erase(from), void();
  found->watching[from] = DataRate::bps(found->title->tracks().front().bitrate);  // until it says more
  service.post(from, shard::Recent{watch.source, found->title->recent()});
}

void Service::FromShards::operator()(shard::Recent&& recent) {
  Stage* found = stage(recent.source);
  if (found == nullptr || found->viewers.empty()) return;
  found->title->set_recent(std::move(recent.recent));
  for (const auto& [session, play] : found->viewers) {
    Guest& viewer = *service.guests_.find(session)->second;
    Outlet out = viewer.outlet(service.events_);
    std::get<LiveView>(viewer.plays.find(play)->second).groups_came(now, out);
    viewer.messages.flush(now, *viewer.port);
  }
}

void Service::FromShards::operator()(shard::LiveFrame&& live) {
  Stage* found = stage(live.source);
  if (found == nullptr || found->viewers.empty()) return;
  service.take_frame(now, *found, live.track, live.frame, live.arrived);
}

void Service::FromShards::operator()(shard::Usable&& usable) {
  if (Stage* found = stage(usable.source)) found->watching[from] = usable.rate;
}

void Service::FromShards::operator()(shard::KeyFrameWanted&& wanted) {
  if (Stage* found = stage(wanted.source)) service.want_key_frame(now, *found, wanted.after);
}

Stage* Service::FromShards::stage(const Source& source) {
  const auto found = service.stages_.find(source);
  return found == service.stages_.end() ? nullptr : &found->second;
}

// From any to all others.

void Service::FromShards::operator()(shard::Viewing&& viewing) {
  if (viewing.came) {
    service.catalogue_.viewer_came(viewing.title);
  } else {
    service.catalogue_.viewer_went(viewing.title);
  }
}

void Service::FromShards::operator()(shard::Tell&& tell) {
  service.broadcast(now, {std::move(tell.message)});
}

}  // namespace avocet::service
