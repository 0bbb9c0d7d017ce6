#include "endpoints/client/window_front.hpp"

#include <SDL2/SDL.h>

#include <algorithm>

#include "endpoints/client/audio_output.hpp"
#include "endpoints/client/status_text.hpp"
#include "endpoints/client/sync_meter.hpp"
#include "endpoints/client/window.hpp"

namespace avocet::client {
namespace {

constexpr Duration longest_wait = 10ms;
constexpr Duration refresh_period = 250ms;  // of the text
constexpr Duration seek_step = 5s;
/// In full screen the status line goes away after so long without a touch.
constexpr Duration attention = 3s;
/// What is due so soon is shown now: waiting is no more exact than this.
constexpr Duration tolerance = 2ms;

class WindowFront {
 public:
  WindowFront(const Display& display, Player& player, PictureQueue& pictures, SoundQueue& sounds)
      : WindowFront(display, player, pictures, sounds, player.snapshot()) {}

  void run() {
    while (!quit_ && !finished()) {
      handle_events();
      const Time now = drive::now();
      const Duration wait = show(now);
      if (now >= refresh_at_) refresh(now);
      if (std::exchange(dirty_, false)) window_.draw(overlay_);
      // Presenting may have waited for the screen.
      const auto rest = std::chrono::ceil<std::chrono::milliseconds>(wait - (drive::now() - now));
      if (rest > 0ms) SDL_WaitEventTimeout(nullptr, static_cast<int>(rest.count()));
    }
    report();
    player_.stop();
  }

 private:
  WindowFront(const Display& display, Player& player, PictureQueue& pictures, SoundQueue& sounds,
              const Snapshot& s)
      : player_(player),
        pictures_(pictures),
        sounds_(sounds),
        window_(display, s.title + " - Avocet", largest(s).width, largest(s).height),
        output_(sounds, player.clock()) {
    if (!output_.works()) player.notice("no sound: " + output_.problem());
  }

  /// Video tracks ascend.
  static media::TrackConfig largest(const Snapshot& s) {
    media::TrackConfig best{.width = 16, .height = 9};
    for (const auto& track : s.tracks) {
      if (track.kind == media::Kind::video && track.width > 0 && track.height > 0) best = track;
    }
    return best;
  }

  bool finished() const { return player_.over() && (pictures_.empty() || player_.clock().held()); }

  void handle_events() {
    SDL_Event event;
    while (SDL_PollEvent(&event) != 0) {
      touched_ = drive::now();
      if (event.type == SDL_QUIT) quit_ = true;
      if (event.type == SDL_KEYDOWN) press(event.key.keysym.sym);
      if (event.type == SDL_WINDOWEVENT) dirty_ = true;
    }
  }

  void press(SDL_Keycode key) {
    switch (key) {
      case SDLK_SPACE: player_.toggle_pause(); break;
      case SDLK_LEFT: player_.seek_by(-seek_step); break;
      case SDLK_RIGHT: player_.seek_by(seek_step); break;
      case SDLK_f: window_.toggle_full_screen(); break;
      case SDLK_m: output_.toggle_mute(); break;
      case SDLK_i: details_ = !details_; break;
      case SDLK_q:
      case SDLK_ESCAPE: quit_ = true; break;
      default: return;
    }
    refresh_at_ = drive::now();
  }

  /// Shows what is due; how long until there is something to do.
  Duration show(Time now) {
    const auto due = player_.clock().position(now);
    if (!due || player_.clock().held()) return longest_wait;
    // Video follows what is heard.
    const Duration position = *due + sounds_.offset();
    const PictureQueue::Taken taken = pictures_.take(position + tolerance);
    presentation_.skipped += taken.skipped;
    if (taken.picture) {
      ++presentation_.shown;
      window_.set_picture(*taken.picture);
      dirty_ = true;
      if (sounds_.audible()) sync_.add(taken.picture->at - position);
    }
    return taken.next ? std::clamp(*taken.next - position, Duration::zero(), longest_wait) : longest_wait;
  }

  void refresh(Time now) {
    refresh_at_ = now + refresh_period;
    report();
    const Snapshot s = player_.snapshot();
    const bool hidden = window_.full_screen() && now - touched_ > attention && !s.paused;
    SDL_ShowCursor(hidden ? SDL_DISABLE : SDL_ENABLE);
    overlay_ = {};
    if (!hidden) {
      overlay_.status = status_line(s) + (output_.muted() ? " · muted" : "");
      if (!s.live && s.position && s.duration > Duration::zero()) {
        overlay_.progress = std::clamp(to_seconds(*s.position) / to_seconds(s.duration), 0.0, 1.0);
      }
    }
    if (details_) overlay_.details = details(s);
    dirty_ = true;
  }

  void report() {
    presentation_.has_sound = output_.works();
    presentation_.sync_offset_p95 = sync_.p95();
    presentation_.sync_offset_largest = sync_.largest();
    player_.report(presentation_);
  }

  Player& player_;
  PictureQueue& pictures_;
  SoundQueue& sounds_;
  Window window_;
  AudioOutput output_;
  SyncMeter sync_;
  Presentation presentation_;
  Overlay overlay_;
  Time refresh_at_{}, touched_ = drive::now();
  bool quit_ = false, details_ = false, dirty_ = true;
};

}  // namespace

void run_window(const Display& display, Player& player, PictureQueue& pictures, SoundQueue& sounds) {
  WindowFront(display, player, pictures, sounds).run();
}

}  // namespace avocet::client
