#include "endpoints/client/player.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <asio/post.hpp>

#include "endpoints/client/text.hpp"
#include "endpoints/client/totals.hpp"

namespace avocet::client {
namespace {

constexpr Duration tick_period = 250ms;
/// A server that was started anew may not have again yet what it had: asked so often, for so long.
constexpr Duration retry_period = 1s;
constexpr Duration retries_last = 60s;
/// A seek to the very end would end it.
constexpr Duration least_left = 500ms;

bool may_pass(wire::RefusalCode why) {
  using enum wire::RefusalCode;
  return why == no_such_title || why == missing_rendition || why == limit;
}

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

state::Result<std::unique_ptr<Player>> Player::open(const PlayOptions& options, Outlets outlets) {
  std::unique_ptr<Player> player(new Player(options, outlets));
  Player* self = player.get();
  auto connection = Connection::open(
      player->context_, options.server,
      {.event = [self](service::ClientEvent& event, Time now) { self->on_event(event, now); },
       .end = [self](const std::string& failure) { self->on_end(failure); },
       .notice = [self](const std::string& text) { self->notice(text); },
       .lost = options.reconnect ? [self](const std::string& why) { self->on_lost(why); }
                                 : std::function<void(const std::string&)>()});
  if (!connection) return std::unexpected(connection.error());
  player->connection_ = std::move(*connection);
  player->connection_->expect(player->request());
  return player;
}

Player::Player(const PlayOptions& options, Outlets outlets)
    : options_(options), outlets_(outlets), ticker_(context_), limit_(context_), retry_(context_) {
  state_.began = drive::now();
  state_.started_at = unix_seconds();
  state_.title = options.server.url.title;
  state_.server = options.server.url.server_text();
  state_.user = options.user;
  state_.automatic = options.rendition.empty();
  state_.decoding = options.decode;
  state_.recording = options.record.string();
  if (options.decode) {
    video_ = std::make_unique<VideoPipeline>(outlets.pictures);
    audio_ = std::make_unique<AudioPipeline>(outlets.sounds);
  }
  if (!options.record.empty()) {
    recording_ = std::make_unique<Recording>(
        options.record, [this](const std::string& problem) { on_recording_failed(problem); });
  }
}

Player::~Player() {
  if (outlets_.pictures != nullptr) outlets_.pictures->close();  // or its pipeline waits for ever
  if (!thread_.joinable()) return;
  stop();
  thread_.join();
}

void Player::start() {
  signals_.emplace(context_, [this](int) { end("stopped by a signal"); });
  asio::post(context_, [this] {
    connection_->start();
    change([this](Snapshot& s) {
      s.began = connection_->began();
      s.started_at = unix_seconds() - to_seconds(drive::now() - s.began);
    });
    tick();
  });
  thread_ = std::thread([this] { context_.run(); });
}

void Player::stop() {
  asio::post(context_, [this] { end("stopped"); });
}

void Player::toggle_pause() {
  asio::post(context_, [this] {
    const bool paused = !state_.paused;
    const Time now = drive::now();
    paused ? clock_.pause(now) : clock_.resume(now);
    if (lost_at_) clock_.stall(now);
    connection_->call([&](service::Client& client, Time) { client.pause(now, play_, paused); });
    change([&](Snapshot& s) { s.paused = paused; });
  });
}

void Player::seek_by(Duration distance) {
  asio::post(context_, [this, distance] {
    if (live_ || tracks_.empty()) return;
    const Duration from = seek_target_.value_or(clock_.position(drive::now()).value_or(Duration::zero()));
    const Duration last = std::max(duration_ - least_left, Duration::zero());
    seek_target_ = std::clamp(from + distance, Duration::zero(), last);
    connection_->call([&](service::Client& client, Time now) { client.seek(now, play_, *seek_target_); });
  });
}

bool Player::over() const {
  {
    const std::scoped_lock lock(mutex_);
    if (!closed_) return false;
  }
  return (!video_ || video_->done()) && (!audio_ || audio_->done()) && (!recording_ || recording_->done());
}

bool Player::wait_until_playing() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return state_.playing || closed_; });
  return state_.playing;
}

void Player::wait(Duration at_most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, at_most);
}

Snapshot Player::snapshot() const {
  Snapshot s;
  {
    const std::scoped_lock lock(mutex_);
    s = state_;
  }
  s.at = drive::now();
  s.over = over();
  if (video_) s.video = video_->counts();
  if (audio_) s.audio_decoded = audio_->decoded(), s.audio_errors = audio_->errors();
  if (recording_) s.recorded_frames = recording_->frames();
  s.position = clock_.position(s.at);
  if (s.position && !s.live) s.position = std::clamp(*s.position, Duration::zero(), s.duration);
  return s;
}

void Player::report(const Presentation& presentation) {
  const std::scoped_lock lock(mutex_);
  state_.presentation = presentation;
}

/// In the network's thread, as all that follows.
void Player::end(std::string reason) {
  if (std::exchange(ending_, true)) return;
  publish(drive::now());
  change([&](Snapshot& s) { s.end_reason = reason; });
  finish_pipelines();
  connection_->leave(reason);
}

void Player::on_event(service::ClientEvent& event, Time now) {
  if (ending_) return;
  std::visit([&](const auto& e) { on(e, now); }, event);
}

void Player::on_end(const std::string& failure) {
  publish(drive::now());
  finish_pipelines();
  ticker_.set({}, [] {});
  limit_.set({}, [] {});
  retry_.set({}, [] {});
  signals_->cancel();
  change([&](Snapshot& s) {
    s.connected = false;
    if (s.failure.empty() && !ending_) s.failure = failure;
    if (s.end_reason.empty()) s.end_reason = "the connection ended";
    closed_ = true;
  });
}

void Player::on(const service::Connected& connected, Time now) {
  change([&](Snapshot& s) {
    s.connected = true;
    if (!returning_) s.connecting = now - s.began;
    s.fingerprint = connected.fingerprint;
  });
  connection_->call([&](service::Client& client, Time) {
    client.join(now, options_.user);
    play_ = client.play(now, request());
  });
}

/// As the user asked; after a loss from where it stood, in what was shown, so that the pictures fit together.
service::PlayRequest Player::request() const {
  service::PlayRequest request{.title = options_.server.url.title,
                               .start = options_.start,
                               .rendition = options_.rendition,
                               .cap = options_.cap,
                               .latency = options_.latency,
                               .buffer = options_.buffer};
  if (!returning_ || live_) return request;
  if (seek_target_) {
    request.start = *seek_target_;
  } else if (const auto position = bookmark_.position()) {
    request.start = *position;
    request.rendition = bookmark_.rendition();
    request.cap.clear();
  }
  return request;
}

/// The play is over with its connection; decoders, recording and window wait for the next one.
void Player::on_lost(const std::string& why) {
  const Time now = drive::now();
  publish(now);
  change([&](Snapshot& s) {
    s.connected = false;
    s.reconnecting = true;
    past_play_ = s.play;
    past_session_ = s.session;
  });
  clock_.stall(now);
  lost_at_ = now;
  returning_ = true;
  connection_->expect(request());
  notice(why + "; reconnecting");
}

void Player::ask_again(Time now) {
  retry_.set(now + retry_period, [this] {
    connection_->call([&](service::Client& client, Time at) {
      if (returning_ && client.connected()) play_ = client.play(at, request());
    });
  });
}

void Player::on(const service::Refused& refused, Time now) {
  std::string text = printable(refused.reason);
  if (!refused.remedy.empty()) text += "; " + printable(refused.remedy);
  if (!tracks_.empty() && !returning_) return notice(text);  // the play goes on
  if (returning_ && may_pass(refused.code) && now < *lost_at_ + retries_last) {
    if (std::exchange(refused_for_, text) != text) notice(text + "; asking again");
    return ask_again(now);
  }
  change([&](Snapshot& s) { s.failure = text; });
  end("refused");
}

void Player::on(const service::PlayStarted& started, Time now) {
  const bool first = tracks_.empty();
  const bool goes_on = this->goes_on(started);
  tracks_ = started.tracks;
  live_ = started.live;
  duration_ = started.duration;
  if (!first) seek_target_.reset();
  if (goes_on) {
    bookmark_.go_on();
    choice_is_due_ = options_.rendition != bookmark_.rendition();
  } else {
    bookmark_.clear();
    clock_.reset();
    ++generation_;
    if (video_) video_->begin(tracks_, generation_);
    if (audio_) audio_->begin(tracks_, generation_);
    if (recording_) recording_->begin(tracks_);
  }
  if (std::exchange(returning_, false)) {
    refused_for_.clear();
    notice(fmt::format("connected again after {:.1f} s", to_seconds(now - *lost_at_)));
    if (state_.paused)
      connection_->call([&](service::Client& client, Time) { client.pause(now, play_, true); });
    change([](Snapshot& s) { s.reconnecting = false, ++s.reconnections; });
  }
  if (first && options_.limit) limit_.set(now + *options_.limit, [this] { end("the time is over"); });
  change([&](Snapshot& s) {
    s.playing = true;
    s.live = live_;
    s.duration = duration_;
    s.tracks = tracks_;
    s.stalled = false;
  });
}

bool Player::goes_on(const service::PlayStarted& started) const {
  return returning_ && !seek_target_ && !started.live && !live_ && bookmark_.position() &&
         started.tracks == tracks_;
}

void Player::on(const service::FrameReady& ready, Time) {
  const media::TrackConfig& config = tracks_[ready.track];
  if (!live_ && !bookmark_.take(config, ready.frame)) return;
  if (choice_is_due_ && bookmark_.caught_up()) {
    choice_is_due_ = false;
    connection_->call([&](service::Client& client, Time now) {
      client.switch_rendition(now, play_, options_.rendition, options_.cap);
    });
  }
  if (recording_) recording_->add(ready.track, ready.frame);
  if (config.kind == media::Kind::audio) {
    if (audio_) audio_->add(ready.track, ready.frame);
    return;
  }
  if (!ready.late) {
    note_outage(ready);
    ++released_[config.rendition];
    clock_.anchor(media::to_duration(ready.frame.pts, config.timebase), ready.due);
  }
  if (video_) video_->add(ready.track, ready.frame, ready.late);
}

/// While there was no connection nobody counted the freeze.
void Player::note_outage(const service::FrameReady& ready) {
  constexpr Duration noticeable = 150ms;
  if (lost_at_ && shown_until_ > Time{} && ready.due > shown_until_ + noticeable) {
    ++past_play_.freeze_count;
    past_play_.total_freezes_duration += ready.due - shown_until_;
  }
  lost_at_.reset();
  shown_until_ = ready.due + media::to_duration(ready.frame.duration, tracks_[ready.track].timebase);
}

void Player::on(const service::Stalled&, Time now) {
  clock_.stall(now);
  change([](Snapshot& s) { s.stalled = true; });
}

void Player::on(const service::Resumed&, Time now) {
  clock_.stall_over(now);
  change([](Snapshot& s) { s.stalled = false; });
}

void Player::on(const service::PlayEnded& ended, Time) {
  if (ended.reason.empty()) return end("the end of the title");
  // When the connection has ended, that event follows at once and says more.
  asio::post(context_, [this, reason = printable(ended.reason)] {
    if (closed_ || ending_ || returning_) return;
    change([&](Snapshot& s) { s.failure = fmt::format("the server ended '{}': {}", s.title, reason); });
    end(reason);
  });
}

/// From the recording's thread.
void Player::on_recording_failed(const std::string& problem) {
  change([&](Snapshot& s) {
    if (s.failure.empty()) s.failure = problem;
  });
  asio::post(context_, [this] { end("the recording failed"); });
}

void Player::finish_pipelines() {
  if (video_) video_->finish();
  if (audio_) audio_->finish();
  if (recording_) recording_->finish();
}

void Player::tick() {
  const Time now = drive::now();
  publish(now);
  bool closed = false;
  change([&](Snapshot&) { closed = closed_; });
  if (!closed) ticker_.set(now + tick_period, [this] { tick(); });
}

void Player::publish(Time now) {
  std::optional<session::Stats> session;
  std::optional<service::PlayStats> play;
  connection_->call([&](service::Client& client, Time) {
    session = client.stats();
    play = client.stats(now, play_);
  });
  if (session) session = total(past_session_, *session);
  if (play) play = total(past_play_, std::move(*play));
  if (session) rates_.add(now, *session);
  change([&](Snapshot& s) {
    if (session) s.session = *session;
    if (play) s.play = std::move(*play);
    s.released_per_rendition = released_;
    s.receiving_rate = rates_.bits_per_second();
    s.recent_loss = rates_.loss();
  });
}

void Player::notice(const std::string& text) const {
  if (options_.quiet) return;
  fmt::print(stderr, "{}avocet-client: {}\n", ::isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "", text);
}

template <class Change>
void Player::change(Change&& apply) {
  {
    const std::scoped_lock lock(mutex_);
    std::forward<Change>(apply)(state_);
  }
  changed_.notify_all();
}

}  // namespace avocet::client
