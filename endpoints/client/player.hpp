#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "endpoints/client/audio_pipeline.hpp"
#include "endpoints/client/bookmark.hpp"
#include "endpoints/client/connection.hpp"
#include "endpoints/client/play_clock.hpp"
#include "endpoints/client/recent_rates.hpp"
#include "endpoints/client/recording.hpp"
#include "endpoints/client/snapshot.hpp"
#include "endpoints/client/video_pipeline.hpp"
#include "endpoints/drive/stop_signals.hpp"

namespace avocet::client {

/// Where pictures and sound go; both outlive the player. Without: decoded and thrown away.
struct Outlets {
  PictureQueue* pictures = nullptr;
  SoundQueue* sounds = nullptr;
};

/// One play of one title: connection, decoders, recording. The network has a thread of its own; the fronts
/// (window, terminal) call this from theirs. SIGINT and SIGTERM stop it.
class Player {
 public:
  static state::Result<std::unique_ptr<Player>> open(const PlayOptions&, Outlets);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  void start();
  /// Ends it in good order; over() follows soon.
  void stop();
  void toggle_pause();
  /// By so much from where it is, or from where the latest seek goes.
  void seek_by(Duration);

  /// Decoders, recording and connection are done.
  bool over() const;
  /// Waits until tracks are known (true), or all is over (false).
  bool wait_until_playing();
  /// Waits for something that changes what is to be shown, at most so long.
  void wait(Duration at_most);

  const PlayClock& clock() const { return clock_; }
  Snapshot snapshot() const;
  /// Says something to the user, on standard error.
  void notice(const std::string& text) const;
  /// What the window has to report.
  void report(const Presentation&);

 private:
  Player(const PlayOptions&, Outlets);
  void end(std::string reason);
  void on_event(service::ClientEvent&, Time now);
  void on_end(const std::string& failure);
  void on_lost(const std::string& why);
  service::PlayRequest request() const;
  void ask_again(Time now);
  bool goes_on(const service::PlayStarted&) const;
  void note_outage(const service::FrameReady&);
  void on(const service::Connected&, Time now);
  void on(const service::Refused&, Time now);
  void on(const service::PlayStarted&, Time now);
  void on(const service::FrameReady&, Time now);
  void on(const service::Stalled&, Time now);
  void on(const service::Resumed&, Time now);
  void on(const service::PlayEnded&, Time now);
  template <class Event>
  void on(const Event&, Time) {}
  void on_recording_failed(const std::string& problem);
  void finish_pipelines();
  void tick();
  void publish(Time now);
  template <class Change>
  void change(Change&&);

  PlayOptions options_;
  Outlets outlets_;
  asio::io_context context_{1};
  std::unique_ptr<Connection> connection_;
  std::optional<drive::StopSignals> signals_;
  drive::Alarm ticker_, limit_, retry_;
  PlayClock clock_;
  RecentRates rates_;

  // Of the network's thread.
  service::PlayId play_;
  std::vector<media::TrackConfig> tracks_;
  std::map<std::string, std::uint64_t> released_;
  Duration duration_{};
  std::optional<Duration> seek_target_;
  bool live_ = false, ending_ = false;
  Bookmark bookmark_;
  std::uint32_t generation_ = 0;  // of what the decoders get
  std::optional<Time> lost_at_;   // until frames come again
  bool returning_ = false;        // the next PlayStarted is of another connection
  std::string refused_for_;       // what the user was told while it asks again
  bool choice_is_due_ = false;    // the server does not know yet which renditions are wanted from here on
  Time shown_until_{};
  service::PlayStats past_play_;  // of the connections before
  session::Stats past_session_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Snapshot state_;
  bool closed_ = false;

  std::unique_ptr<VideoPipeline> video_;
  std::unique_ptr<AudioPipeline> audio_;
  std::unique_ptr<Recording> recording_;
  std::thread thread_;
};

}  // namespace avocet::client
