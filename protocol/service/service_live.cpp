#include <algorithm>
#include <vector>

#include "protocol/service/service.hpp"

namespace avocet::service {
namespace {

constexpr Duration target_pause = 100ms;  // between two TargetRate of a publication
/// Of the path, left for what an encoder makes beyond its target: what does not fit waits until it is late.
constexpr double margin = 0.02;
/// Pictures that wait for their turn make all that follow them late: for so long the encoder makes less, but
/// not less than this part.
constexpr Duration backlog_drains_in = 400ms;
constexpr double least_beside_backlog = 0.5;
/// Media that were hardly sent yet, beside much control, are no measure.
constexpr double least_media_share = 0.5;

/// What is left of a path for frames that are sent once.
DataRate for_media(const Port::Path& path) {
  return path.target * ((1 - margin) * std::max(path.media_share, least_media_share));
}

/// What one play of a client can use, beside all its others, until its backlog is gone.
DataRate usable(const Guest& viewer, LiveView& view) {
  const DataRate all = for_media(viewer.port->path());
  const DataRate path = std::max(all * least_beside_backlog, all - view.take_backlog() / backlog_drains_in);
  if (viewer.plays.size() == 1) return std::min(view.most(), path);
  std::vector<Claim> claims;
  for (const auto& [id, play] : viewer.plays)
    claims.push_back(std::visit([](const auto& p) { return p.claim(); }, play));
  return share_of_path(path, std::move(claims), view.claim());
}

}  // namespace

void Service::frame(Time now, SessionId session, TrackId track, const media::Frame& frame, Time arrived) {
  Guest* guest = find(session);
  if (guest == nullptr) return;
  for (const auto& [publication, title] : guest->publications) {
    Stage& stage = stages_.find({place(*guest), publication})->second;
    const auto index = stage.title->index_of(track);
    if (!index) continue;
    if (stage.open) take_frame(now, stage, *index, frame, arrived);
    return pump(now);
  }
  guest->port->ignore_track(track);
}

/// Passes a frame on to the viewers that are here and, from the publisher's shard, once to each shard that
/// has any.
void Service::take_frame(Time now, Stage& stage, std::size_t track, const media::Frame& frame, Time arrived) {
  stage.title->take(arrived, track, frame);
  if (frame.key && track < stage.title->video()) stage.key_frame.came(now, frame.number);
  for (const auto& [session, play] : stage.viewers) {
    Guest& viewer = *guests_.find(session)->second;
    Outlet out = viewer.outlet(events_);
    auto& view = std::get<LiveView>(viewer.plays.find(play)->second);
    view.frame(now, track, frame, out);
    if (const auto after = view.waits_for_key_frame(out)) stage.key_frame.want(*after);
    viewer.messages.flush(now, *viewer.port);
  }
  for (const auto& [shard, usable] : stage.watching) {
    post(shard, shard::LiveFrame{stage.title->publisher().source, track, frame, arrived});
  }
  send_target_rate(now, stage);
  ask_for_key_frame(now, stage);
}

void Service::want_key_frame(Time now, Stage& stage, FrameNumber after) {
  stage.key_frame.want(after);
  ask_for_key_frame(now, stage);
}

/// A shard of viewers asks the publisher's, which asks the publisher.
void Service::ask_for_key_frame(Time now, Stage& stage) {
  const auto after = stage.key_frame.take_request(now);
  if (!after) return;
  const Source& source = stage.title->publisher().source;
  if (!is_home(source)) return post(source.publisher.shard, shard::KeyFrameWanted{source, *after});
  if (Guest* publisher = find(source.publisher.session)) {
    publisher->messages.send(wire::KeyFrameWanted{.play = source.publication, .after = *after});
    settle(now, *publisher);
  }
}

/// The encoder should make what the best viewer can use; without viewers the least there is. A shard of
/// viewers tells the publisher's, which tells the publisher.
void Service::send_target_rate(Time now, Stage& stage) {
  if (stage.target_sent_at && now - *stage.target_sent_at < target_pause) return;
  // Who comes first begins with the lowest rendition.
  DataRate target;
  if (stage.viewers.empty() && stage.watching.empty()) {
    target = DataRate::bps(stage.title->tracks().front().bitrate);
  }
  for (const auto& [session, id] : stage.viewers) {
    Guest& viewer = *guests_.find(session)->second;
    target = std::max(target, usable(viewer, std::get<LiveView>(viewer.plays.find(id)->second)));
  }
  for (const auto& [shard, usable] : stage.watching) target = std::max(target, usable);
  target = std::min(target, config_.limits.publisher_rate);
  const double change = stage.target == DataRate::zero() ? 1 : target / stage.target - 1;
  if (change > -0.05 && change < 0.05) return;
  stage.target = target;
  stage.target_sent_at = now;
  const Source& source = stage.title->publisher().source;
  if (!is_home(source)) return post(source.publisher.shard, shard::Usable{source, target});
  if (Guest* publisher = find(source.publisher.session)) {
    publisher->messages.send(
        wire::TargetRate{.play = source.publication, .rate = static_cast<std::uint64_t>(target.bps())});
    settle(now, *publisher);
  }
}

void Service::add_viewer(Stage& stage, const Guest& guest, PlayId play) {
  const Source& source = stage.title->publisher().source;
  if (stage.viewers.empty() && !is_home(source)) post(source.publisher.shard, shard::Watch{source, true});
  stage.viewers.insert({guest.id, play});
}

/// A title that nobody watches here is not told of any more: what was is soon old.
void Service::remove_viewer(Stage& stage, const Guest& guest, PlayId play) {
  stage.viewers.erase({guest.id, play});
  const Source& source = stage.title->publisher().source;
  if (!stage.viewers.empty() || is_home(source)) return;
  post(source.publisher.shard, shard::Watch{source, false});
  stage.title->forget();
  stage.target = {};
  stage.target_sent_at.reset();
}

void Service::count_viewing(const std::string& title, bool came) {
  came ? catalogue_.viewer_came(title) : catalogue_.viewer_went(title);
  post_to_others(shard::Viewing{title, came});
}

void Service::close_stage(Time now, const Source& source, std::string_view reason) {
  const auto stage = stages_.extract(source);
  if (!stage) return;
  const LiveTitle& title = *stage.mapped().title;
  if (stage.mapped().open) catalogue_.remove_live(title.name());
  if (is_home(source)) {
    events_.push_back(
        TitleWithdrawn{source.publisher.session, title.publisher().user, title.name(), std::string(reason)});
  }
  for (const auto& [session, play] : stage.mapped().viewers) {
    Guest& viewer = *guests_.find(session)->second;
    end_play(viewer, play, reason);
    settle(now, viewer);
  }
}

}  // namespace avocet::service
