#include "dissector/service_follower.hpp"

namespace avocet::dissector {

void ServiceFollower::on(const wire::Refused& refused) {
  const wire::PlayId play{static_cast<std::uint32_t>(refused.request)};
  answer({refused.request == 0 ? "join" : about("play", play), about("publish", play), about("seek", play),
          about("switch", play), "browse"});
  judge(Finding::request_refused, "Refused: " + refused.reason + " " + refused.remedy);
}

void ServiceFollower::on(const wire::Play& play) {
  ask(about("play", play.play));
  connection_.latencies[play.play.value] = play.latency;
}

void ServiceFollower::on(const wire::Tracks& tracks) {
  answer({tracks.generation == 0 ? about("play", tracks.play) : about("seek", tracks.play)});
  MediaFlow& media = connection_.of(sender_).media;
  media.restart();
  const auto latency = connection_.latencies.find(tracks.play.value);
  for (const wire::Track& track : tracks.tracks)
    media.describe(track, tracks.live, latency == connection_.latencies.end() ? Duration{} : latency->second);
}

void ServiceFollower::on(const wire::Seek& seek) {
  ask(about("seek", seek.play));
  connection_.of(other(sender_)).media.restart();
}

void ServiceFollower::on(const wire::Switched& switched) {
  answer({about("switch", switched.play)});
  if (const auto last = connection_.of(sender_).media.last_packet(switched.from)) {
    record_.tell(frame_, Derived::switch_last_packet, last->record->packet);
    record_.tell(frame_, Derived::switch_time, seen_.at - last->at);
  }
  connection_.of(sender_).media.go_on(switched.to, switched.at.value, seen_);
  judge(Finding::switch_, "From frame " + std::to_string(switched.at.value) + " on track " +
                              std::to_string(switched.to.value) + " instead of " +
                              std::to_string(switched.from.value) + ": " + switched.reason);
}

void ServiceFollower::on(const wire::Publish& publish) {
  ask(about("publish", publish.play));
  for (const wire::Track& track : publish.tracks)
    connection_.of(sender_).media.describe(track, false, Duration{});
}

void ServiceFollower::on(const wire::Ended& ended) {
  judge(Finding::play_ended, ended.reason.empty() ? "The title is over" : "The play ended: " + ended.reason);
}

void ServiceFollower::check_sender(std::string_view meaning, std::string_view name) {
  const bool wrong =
      sender_ == Side::client ? meaning.starts_with("server: ") : meaning.starts_with("client: ");
  if (wrong) judge(Finding::wrong_sender, std::string(name) + " is the other side's to send (AV-SVC-3)");
}

void ServiceFollower::answer(std::initializer_list<std::string> requests) {
  for (const std::string& request : requests) {
    const auto asked = connection_.requests.find(request);
    if (asked == connection_.requests.end()) continue;
    record_.link(frame_, Derived::request_in, asked->second, Derived::response_in);
    record_.tell(frame_, Derived::response_time, seen_.at - asked->second.at);
    connection_.requests.erase(asked);
    return;
  }
}

}  // namespace avocet::dissector
