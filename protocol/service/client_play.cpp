#include "protocol/service/client_play.hpp"

#include <algorithm>

#include "protocol/service/tracks.hpp"

namespace avocet::service {
namespace {

/// Credit is given in steps of this part of the buffer: each costs both ends a packet, and what one grants
/// the server sends in one run.
constexpr int credit_steps = 4;
constexpr Duration least_credit_step = 100ms, most_credit_step = 500ms;
constexpr Duration end_patience = 10s;  // after Ended, for what was still on its way
constexpr std::size_t most_switches = 1000;

media::Playout::Config playout_config(const PlayRequest& request, bool live) {
  return {.mode = live ? media::Playout::Mode::live : media::Playout::Mode::stored,
          .latency = request.latency};
}

}  // namespace

ClientPlay::ClientPlay(Time now, PlayId play, const PlayRequest& request)
    : play_(play), request_(request), began_(now) {}

void ClientPlay::tracks(Time now, const wire::Tracks& message) {
  if (message.generation != wanted_generation_ || message.generation == generation_ || message.tracks.empty())
    return;
  for (std::size_t i = 0; i < message.tracks.size(); ++i) {  // as servers number them
    if (message.tracks[i].id != message.tracks[0].id + static_cast<std::uint32_t>(i)) return;
  }
  if (!playout_) playout_.emplace(playout_config(request_, message.live));
  live_ = message.live;
  generation_ = message.generation;
  tracks_ = from_wire(message.tracks);
  first_id_ = message.tracks.front().id;
  duration_ = message.duration;
  start_ = message.start;

  std::vector<media::PlayoutTrack> lanes;
  for (const wire::Track& t : message.tracks)
    lanes.push_back({t.id, from_wire(t).kind, from_wire(t).timebase});
  std::optional<TrackId> first;
  if (owns(message.first)) first = message.first;
  playout_->set_tracks(now, std::move(lanes), start_, first);
  if (paused_) playout_->pause(now);

  coming_.clear();
  key_arrivals_.clear();
  next_number_ = {};
  shown_track_ = first;
  stalled_at_.reset();
  credit_at_.reset();
  finish_told_ = false;
  told_.push_back(PlayStarted{play_, message.generation, tracks_, first ? index_of(*first) : 0, duration_,
                              start_, message.live});
}

std::optional<wire::Seek> ClientPlay::switched(const wire::Switched& message) {
  if (message.generation != generation_ || !owns(message.from) || !owns(message.to)) return std::nullopt;
  if (message.generation != wanted_generation_) return std::nullopt;
  if (message.at < next_number_ && !live_) return seek(playout_->released_until());
  Coming coming{message.from, message.to, message.at, message.reason, {}};
  const auto key = key_arrivals_.find(message.to);
  if (key != key_arrivals_.end() && key->second.number >= message.at) coming.arrived = key->second.at;
  // A later switch at the same frame or before it replaces those that it makes void.
  std::erase_if(coming_, [&](const Coming& c) { return c.at >= message.at; });
  if (coming_.size() < most_switches) coming_.push_back(std::move(coming));
  playout_->on_switched(message.from, message.to, message.at);
  return std::nullopt;
}

void ClientPlay::ended(Time now, std::string_view reason) {
  if (end_reason_) return;
  end_reason_ = std::string(reason);
  ended_at_ = now;
  if (playout_) playout_->on_ended();
}

bool ClientPlay::owns(TrackId id) const {
  return generation_.has_value() && id >= first_id_ && id - first_id_ < tracks_.size();
}

void ClientPlay::frame(Time now, const session::FrameReceived& received) {
  stats_.bytes_received += received.frame.size();
  const bool video = tracks_[index_of(received.track)].kind == media::Kind::video;
  if (received.frame.key) key_arrivals_[received.track] = {received.frame.number, received.last_arrival};
  if (received.frame.key && video) key_frame_.came(now, received.frame.number);
  for (Coming& coming : coming_) {
    const bool first = coming.to == received.track && received.frame.number >= coming.at;
    if (first && !coming.arrived) coming.arrived = received.last_arrival;
  }
  if (generation_ == wanted_generation_) {
    playout_->add(now, received.track, received.frame, received.first_arrival);
  }
}

void ClientPlay::pause(Time now, bool paused) {
  if (paused == paused_) return;
  paused_ = paused;
  stalled_at_.reset();
  if (playout_) paused ? playout_->pause(now) : playout_->resume(now);
}

std::optional<wire::Seek> ClientPlay::seek(Duration position) {
  if (live_ || over_) return std::nullopt;
  ++wanted_generation_;
  return wire::Seek{
      .play = play_, .generation = wanted_generation_, .position = std::max(position, Duration::zero())};
}

void ClientPlay::advance(Time now, std::deque<ClientEvent>& events, MessageStream& messages) {
  if (over_) return;
  advanced_at_ = now;
  for (; !told_.empty(); told_.pop_front()) events.push_back(std::move(told_.front()));
  if (generation_ && generation_ == wanted_generation_) {
    while (const auto next = playout_->next(now)) release(now, *next, events);
    notice_stall(now, events);
    live_ ? ask_for_key_frame(now, messages) : give_credit(now, messages);
  }
  if (finished(now)) {
    over_ = true;
    events.push_back(PlayEnded{play_, end_reason_.value_or("")});
  }
}

void ClientPlay::release(Time now, const media::Release& next, std::deque<ClientEvent>& events) {
  const std::size_t index = index_of(next.track);
  if (next.kind == media::Kind::video) {
    next_number_ = std::max(next_number_, next.frame.number + 1);
    if (next.track != shown_track_) go_over(now, next, events);
    if (!stats_.time_to_first_frame && !next.late) stats_.time_to_first_frame = next.due - began_;
  }
  const Duration length = media::to_duration(next.frame.duration, tracks_[index].timebase);
  shown_until_ = std::max(shown_until_, next.due + length + 1ms);  // above what rounding may take
  events.push_back(FrameReady{play_, *generation_, index, next.frame, next.due, next.late});
}

void ClientPlay::go_over(Time now, const media::Release& next, std::deque<ClientEvent>& events) {
  const std::optional<TrackId> from = std::exchange(shown_track_, next.track);
  Coming coming{from.value_or(next.track), next.track, next.frame.number, "", {}};
  while (!coming_.empty() && coming_.front().at <= next.frame.number) {
    const Coming& told = coming_.front();
    if (told.to == next.track) coming.reason = told.reason, coming.arrived = told.arrived;
    coming_.pop_front();
  }
  if (!from) return;
  const Time arrived = coming.arrived.value_or(now);
  events.push_back(SwitchedRendition{play_, index_of(coming.from), index_of(coming.to), coming.at, arrived,
                                     coming.reason});
  if (stats_.rendition_switches.size() == most_switches) {
    stats_.rendition_switches.erase(stats_.rendition_switches.begin());
  }
  stats_.rendition_switches.push_back({arrived, tracks_[index_of(coming.from)].rendition,
                                       tracks_[index_of(coming.to)].rendition, coming.reason});
}

void ClientPlay::notice_stall(Time now, std::deque<ClientEvent>& events) {
  if (!playout_->started() || paused_ || live_) return;
  const bool stalled = playout_->stalled() && !playout_->finished(now);
  if (stalled && !stalled_at_) {
    stalled_at_ = now;
    events.push_back(Stalled{play_});
  } else if (!stalled && stalled_at_) {
    events.push_back(Resumed{play_, now - *stalled_at_});
    stalled_at_.reset();
  }
}

/// The server may send as much as keeps the buffer full. It is told when that is some more, and of the end at
/// once.
void ClientPlay::give_credit(Time now, MessageStream& messages) {
  const bool finish = playout_->finished(now);
  const Duration shown =
      finish ? std::max(duration_, playout_->released_until()) : playout_->released_until();
  const Duration until = std::max(shown, start_) + request_.buffer;
  const bool first = !credit_at_;
  const Duration step = std::clamp(request_.buffer / credit_steps, least_credit_step, most_credit_step);
  const bool more = until - credited_until_ >= step;
  const bool rest =
      (until != credited_until_ || shown != credited_shown_) && !first && now - *credit_at_ >= step;
  if (!first && !more && !rest && finish == finish_told_) return;
  messages.send(wire::Credit{.play = play_, .generation = *generation_, .until = until, .shown = shown});
  credit_at_ = now;
  credited_until_ = until;
  credited_shown_ = shown;
  finish_told_ = finish;
}

// AV-LIVE-9
void ClientPlay::ask_for_key_frame(Time now, MessageStream& messages) {
  if (const auto after = playout_->needs_key_frame(now)) key_frame_.want(*after);
  if (const auto after = key_frame_.take_request(now))
    messages.send(wire::KeyFrameWanted{.play = play_, .after = *after});
}

bool ClientPlay::finished(Time now) const {
  if (end_reason_ && (!playout_ || now - ended_at_ >= end_patience)) return true;
  return playout_ && generation_ == wanted_generation_ && playout_->finished(now);
}

std::optional<Time> ClientPlay::due() const {
  if (over_) return std::nullopt;
  std::optional<Time> due;
  if (generation_ && generation_ == wanted_generation_) due = playout_->wake();
  const auto no_later = [&](Time at) { due = due ? std::min(*due, at) : at; };
  if (shown_until_ > advanced_at_ && !paused_) no_later(shown_until_);  // it may be the end
  if (end_reason_) no_later(ended_at_ + end_patience);
  return due;
}

PlayStats ClientPlay::stats(Time now) {
  if (!playout_) return stats_;
  const media::PlayoutCounters& counters = playout_->counters(now);
  stats_.frames_received = counters.frames_received;
  stats_.frames_dropped = counters.frames_dropped;
  stats_.frames_lost = counters.frames_lost;
  stats_.audio_frames_received = counters.audio_frames_received;
  stats_.audio_frames_lost = counters.audio_frames_lost;
  stats_.freeze_count = counters.freeze_count;
  stats_.total_freezes_duration = counters.total_freezes_duration;
  stats_.buffered = playout_->buffered();
  if (shown_track_) {
    const media::TrackConfig& shown = tracks_[index_of(*shown_track_)];
    stats_.rendition = shown.rendition;
    stats_.frame_width = shown.width;
    stats_.frame_height = shown.height;
    stats_.bitrate = DataRate::bps(shown.bitrate);
  }
  return stats_;
}

}  // namespace avocet::service
