#include "protocol/service/stored_play.hpp"

#include <algorithm>

#include "protocol/service/names.hpp"
#include "protocol/service/tracks.hpp"

namespace avocet::service {
namespace {

/// Segments of video that may be underway at any rate; and more than these while all of it arrives in less
/// than `short_queue`.
constexpr std::size_t few_segments = 2, most_segments = 8;
constexpr Duration short_queue = 300ms;
/// Until a client acts on a message, besides the round trip: a path that has just become slow holds it back
/// behind what fills its queue.
constexpr Duration reaction = 300ms;

/// Plays look at what has become of them on one beat, so that a server of many wakes up once for all.
Time next_beat(Time after) {
  constexpr Duration beat = 50ms;
  return Time((after.time_since_epoch() / beat + 1) * beat);
}

std::uint32_t segment_at(const std::vector<Duration>& starts, Duration position) {
  const auto after = std::ranges::upper_bound(starts, position);
  return after == starts.begin() ? 0 : static_cast<std::uint32_t>(after - starts.begin() - 1);
}

Duration longest_segment(const StoredTitle& title) {
  Duration longest{};
  const auto& starts = title.segment_starts;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    longest = std::max(longest, (i + 1 < starts.size() ? starts[i + 1] : title.duration) - starts[i]);
  }
  return longest;
}

DataSize size_of(const media::Frame& frame) {
  return DataSize::bytes(static_cast<std::int64_t>(frame.size()));
}

session::TrackOptions options_for(const media::TrackConfig& track, double share) {
  using Priority = session::TrackOptions::Priority;
  return {.priority = track.kind == media::Kind::audio ? Priority::audio : Priority::video, .weight = share};
}

}  // namespace

StoredPlay::StoredPlay(std::shared_ptr<const StoredTitle> title, const wire::Play& play, TrackId first_id,
                       DataRate target)
    : title_(std::move(title)),
      play_(play.play),
      latency_(play.latency),
      buffer_(play.buffer),
      weight_(play.weight),
      first_id_(first_id),
      share_(share_of(play.weight)),
      bursts_(play.buffer >= 2 * longest_segment(*title_)),
      wish_(wish_for(title_->tracks, play.rendition, play.cap)),
      pushed_(title_->tracks.size()) {
  const std::size_t video = video_tracks(title_->tracks);
  video_.exists = video > 0;
  audio_.exists = video < title_->tracks.size();
  audio_.track = video;
  if (video_.exists) {
    choice_.emplace(video_rates(title_->tracks), audio_rate(title_->tracks));
    chosen_ = wish_.fixed.value_or(std::min(choice_->start(target), wish_.highest));
  }
  video_.next = audio_.next = segment_at(title_->segment_starts, play.start);
}

Duration StoredPlay::start_of(std::uint32_t segment) const {
  return segment < segments() ? title_->segment_starts[segment] : title_->duration;
}

void StoredPlay::begin(Time now, Outlet& out) {
  announced_ = chosen_;
  begin_ = shown_ = until_ = start_of(std::min(video_.next, audio_.next));
  credit_at_ = now;
  wire::Tracks tracks{
      .play = play_, .generation = generation_, .duration = title_->duration, .start = shown_};
  tracks.first = video_.exists ? id(chosen_) : TrackId{};
  for (std::size_t i = 0; i < title_->tracks.size(); ++i) {
    out.port.open_track(id(i), options_for(title_->tracks[i], share_));
    tracks.tracks.push_back(to_wire(title_->tracks[i], id(i)));
  }
  out.messages.send(tracks);
}

void StoredPlay::credit(Time now, const wire::Credit& credit, Outlet& out) {
  if (credit.generation != generation_) return;  // AV-SEG-12
  until_ = credit.until;
  shown_ = std::max(shown_, credit.shown);
  credit_at_ = now;
  advance(now, out);
}

void StoredPlay::grant_first(Time now, Outlet& out) {
  until_ = begin_ + buffer_;
  advance(now, out);
}

std::optional<Bytes> StoredPlay::to_seal() {
  constexpr Duration worth_sealing = 2s;  // of the title
  if (sealed_shown_ && std::chrono::abs(shown_ - *sealed_shown_) < worth_sealing) return std::nullopt;
  sealed_shown_ = shown_;
  const auto& tracks = title_->tracks;
  const bool capped = wish_.highest + 1 < video_tracks(tracks);
  return wire::encode(wire::Play{.title = title_->name,
                                 .start = shown_,
                                 .rendition = wish_.fixed ? tracks[*wish_.fixed].rendition : "",
                                 .cap = capped ? tracks[wish_.highest].rendition : "",
                                 .latency = latency_,
                                 .buffer = buffer_,
                                 .weight = weight_});
}

void StoredPlay::pause(Time now, bool paused, Outlet& out) {
  shown_ = shown(now);
  credit_at_ = now;
  paused_ = paused;
  advance(now, out);
}

bool StoredPlay::seek(Time now, const wire::Seek& seek, TrackId first_id, Outlet& out) {
  if (seek.generation <= generation_) return false;
  close_tracks(out);
  generation_ = seek.generation;
  first_id_ = first_id;
  const std::uint32_t segment = segment_at(title_->segment_starts, seek.position);
  for (Lane* lane : {&video_, &audio_}) {
    lane->next = segment;
    lane->requested = false;
    lane->ready.reset();
    lane->position = 0;
  }
  std::ranges::fill(pushed_, 0u);
  underway_.clear();
  begin(now, out);
  advance(now, out);
  return true;
}

void StoredPlay::wish(Time now, const RenditionWish& wish, Outlet& out) {
  wish_ = wish;
  advance(now, out);
}

bool StoredPlay::wants(const SegmentRequest& request) const {
  if (request.generation != generation_) return false;
  const auto waits = [&](const Lane& lane) {
    return lane.requested && lane.track == request.track && lane.next == request.segment;
  };
  return waits(video_) || waits(audio_);
}

void StoredPlay::supply(Time now, const SegmentRequest& request, media::SharedSegment segment, Outlet& out) {
  if (!wants(request)) return;
  const bool is_video = request.track < audio_.track;
  Lane& lane = is_video ? video_ : audio_;
  lane.requested = false;
  if (!segment || (is_video && segment->frames.empty())) {
    over_ = "segment " + std::to_string(request.segment) + " of " + title_->tracks[request.track].rendition +
            " is empty";
    return;
  }
  lane.ready = std::move(segment);
  lane.position = 0;
  advance(now, out);
}

void StoredPlay::advance(Time now, Outlet& out) {
  due_.reset();
  if (over_) return;
  forget_arrived(out);
  choose_rendition(now, out);
  while (!paused_) {
    Lane* lane = earliest();
    if (lane == nullptr) break;
    if (lane->ready) {
      if (!push(now, *lane, out)) break;
    } else {
      if (!lane->requested && may_request(*lane, out)) request(*lane, out);
      break;
    }
  }
  if (!underway_.empty() && !paused_) {
    // Nothing tells when a frame has arrived. Look again when about half of what is underway should have.
    const Duration drains = backlog(out) / out.port.path().target;
    wake_at(next_beat(now + std::min(drains / 2, Duration(150ms))));
  }
  check_end(now, out);
}

/// The lane whose next segment begins first, audio before video: sound that stops is worse than a picture
/// that waits.
StoredPlay::Lane* StoredPlay::earliest() {
  if (done(video_)) return done(audio_) ? nullptr : &audio_;
  if (done(audio_)) return &video_;
  return audio_.next <= video_.next ? &audio_ : &video_;
}

bool StoredPlay::may_request(const Lane& lane, Outlet& out) {
  const bool last = lane.next + 1 >= segments();
  // A whole segment at once tells the rate controller what the path can carry, a trickle does not.
  const Duration reach = bursts_ && !last ? start_of(lane.next + 1) : start_of(lane.next) + 1us;
  if (until_ < reach) return false;  // AV-SEG-2
  if (&lane == &audio_ || underway_.size() < few_segments) return true;
  return underway_.size() < most_segments && backlog(out) / out.port.path().target < short_queue;
}

void StoredPlay::request(Lane& lane, Outlet& out) {
  if (&lane == &video_) {
    // AV-SEG-10: Numbers on a track only rise: where some were taken back, it is taken up again behind them.
    lane.track = pushed_[chosen_] <= lane.next ? chosen_ : announced_;
  }
  lane.requested = true;
  out.events.push_back(NeedSegment{{out.session, play_, generation_, title_->name, lane.track, lane.next}});
}

/// Hands frames to the session; true when the segment is through.
bool StoredPlay::push(Time now, Lane& lane, Outlet& out) {
  const auto& frames = lane.ready->frames;
  if (&lane == &video_ && lane.position == 0 && lane.track != announced_) {
    announce(frames.front().number, lane.track, out);
  }
  for (; lane.position < frames.size(); ++lane.position) {
    const media::Frame& frame = frames[lane.position];
    if (!granted(frame, lane.track)) return false;
    const session::Admission admission = out.port.send(now, id(lane.track), frame, std::nullopt);
    if (admission == session::Admission::full) return false;
    if (admission == session::Admission::closed) {
      over_ = "frame " + std::to_string(frame.number.value) + " cannot be sent";
      return false;
    }
    if (&lane == &video_ && lane.position == 0) note_pushed(lane);
  }
  lane.ready.reset();
  ++lane.next;
  return true;
}

/// Only a client whose buffer is shorter than segments is given them frame by frame.
bool StoredPlay::granted(const media::Frame& frame, std::size_t track) const {
  return bursts_ || media::to_duration(frame.pts, title_->tracks[track].timebase) < until_;
}

void StoredPlay::note_pushed(const Lane& lane) {
  pushed_[lane.track] = lane.next + 1;
  DataSize size;
  for (const media::Frame& frame : lane.ready->frames) size += size_of(frame);
  underway_.push_back({lane.next, lane.track, lane.ready, size});
}

void StoredPlay::choose_rendition(Time now, Outlet& out) {
  if (!choice_) return;
  if (wish_.fixed) {
    if (chosen_ != *wish_.fixed) reason_ = "asked for";
    chosen_ = *wish_.fixed;
    return;
  }
  const auto step =
      choice_->decide(now, chosen_, wish_.highest, {out.port.path().target, lateness(now, out)});
  if (!step) return;
  const bool down = step->to < chosen_;
  chosen_ = step->to;
  reason_ = step->reason;
  if (down) take_back(now, step->to, out);
}

/// By how much the worst of the segments underway would come too late: its last frame is shown at its end.
Duration StoredPlay::lateness(Time now, Outlet& out) const {
  if (paused_ || shown_ <= begin_) return {};
  const DataRate target = out.port.path().target;
  const Duration at = shown(now);
  Duration worst{};
  DataSize sum;
  for (const Underway& u : underway_) {
    sum += missing_of(u, out);
    const Duration arrives = std::min<Duration>(sum / target, 1h);
    worst = std::max(worst, arrives - (start_of(u.segment + 1) - at));
  }
  return worst;
}

/// Gives up what the old rendition has underway from a boundary on that the client has not reached, and goes
/// on from there with `to`.
void StoredPlay::take_back(Time now, std::size_t to, Outlet& out) {
  if (video_.requested) video_.requested = false;
  if (video_.ready && video_.position == 0) video_.ready.reset();
  const auto first = first_to_take_back(now, to, out);
  if (!first) return;
  const Underway boundary = underway_[*first];
  out.port.cancel(id(boundary.track), boundary.frames->frames.front().number);  // AV-SEG-9
  underway_.erase(underway_.begin() + static_cast<std::ptrdiff_t>(*first), underway_.end());
  video_.ready.reset();
  video_.position = 0;
  video_.next = boundary.segment;
  announce(boundary.frames->frames.front().number, to, out);
}

/// The first segment underway, in the rendition that the client sees now, that it will not have begun to
/// release when it learns of the switch, and that the new rendition has not had yet.
std::optional<std::size_t> StoredPlay::first_to_take_back(Time now, std::size_t to, Outlet& out) const {
  const Port::Path path = out.port.path();
  const Duration learned_at = shown(now) + path.round_trip + reaction;
  for (std::size_t i = 0; i < underway_.size(); ++i) {
    const Underway& u = underway_[i];
    if (u.track != announced_ || u.segment < pushed_[to]) continue;
    const media::Frame& key = u.frames->frames.front();
    const auto missing = out.port.first_undelivered(id(u.track), key.number);
    if (!missing || *missing > u.frames->frames.back().number) continue;
    const bool reached = start_of(u.segment) < learned_at;
    // A client that waits for a key frame of which parts are not even sent has not begun it.
    const bool cannot_begin =
        start_of(u.segment) >= shown_ && out.port.bytes_unsent(id(u.track)) > bytes_behind_key(i);
    if (!reached || cannot_begin) return i;
  }
  return std::nullopt;
}

/// Bytes that follow the key frame of a segment underway on its track, at most.
std::size_t StoredPlay::bytes_behind_key(std::size_t index) const {
  std::size_t sum = 0;
  for (std::size_t i = index; i < underway_.size(); ++i) {
    for (const media::Frame& frame : underway_[i].frames->frames) sum += frame.size();
  }
  return sum - underway_[index].frames->frames.front().size();
}

DataRate StoredPlay::most() const {
  if (!choice_) return audio_rate(title_->tracks);
  return choice_->need(wish_.fixed.value_or(wish_.highest));
}

void StoredPlay::announce(FrameNumber at, std::size_t to, Outlet& out) {
  out.messages.send(wire::Switched{.play = play_,
                                   .generation = generation_,
                                   .from = id(announced_),
                                   .to = id(to),
                                   .at = at,
                                   .reason = shortened(reason_, 128)});
  out.events.push_back(PlaySwitched{out.session, play_, out.user, title_->name,
                                    title_->tracks[announced_].rendition, title_->tracks[to].rendition,
                                    reason_});
  announced_ = to;
}

/// What the client has released to its decoder by now, at most.
Duration StoredPlay::shown(Time now) const {
  if (paused_ || shown_ <= begin_) return shown_;
  const std::uint32_t missing = underway_.empty() ? video_.next : underway_.front().segment + 1;
  return std::max(shown_, std::min(shown_ + (now - credit_at_), start_of(missing)));
}

void StoredPlay::forget_arrived(Outlet& out) {
  while (!underway_.empty()) {
    const Underway& u = underway_.front();
    const bool still_pushing = video_.ready && video_.next == u.segment;
    const auto missing = out.port.first_undelivered(id(u.track), u.frames->frames.front().number);
    if (still_pushing || (missing && *missing <= u.frames->frames.back().number)) return;
    underway_.pop_front();
  }
}

DataSize StoredPlay::missing_of(const Underway& u, Outlet& out) const {
  DataSize sum;
  const auto missing = out.port.first_undelivered(id(u.track), u.frames->frames.front().number);
  if (!missing || *missing > u.frames->frames.back().number) return sum;
  if (*missing <= u.frames->frames.front().number) return u.size;
  for (const media::Frame& frame : u.frames->frames) {
    if (frame.number >= *missing) sum += size_of(frame);
  }
  return sum;
}

DataSize StoredPlay::backlog(Outlet& out) const {
  DataSize sum;
  for (const Underway& u : underway_) sum += missing_of(u, out);
  return sum;
}

/// A title has ended when all of it has arrived and was shown: until then the client may seek back.
void StoredPlay::check_end(Time now, Outlet&) {
  if (over_ || !done(video_) || !done(audio_)) return;
  if (underway_.empty() && shown_ + 100ms >= title_->duration) {  // AV-SEG-13
    over_.emplace();
  } else {
    wake_at(next_beat(now + 150ms));
  }
}

void StoredPlay::close_tracks(Outlet& out) {
  for (std::size_t i = 0; i < title_->tracks.size(); ++i) out.port.close_track(id(i));
}

void StoredPlay::end(std::string_view reason, Outlet& out) {
  close_tracks(out);
  out.messages.send(wire::Ended{.play = play_, .reason = shortened(reason, 256)});
  out.events.push_back(PlayOver{out.session, play_, out.user, title_->name, std::string(reason)});
}

}  // namespace avocet::service
