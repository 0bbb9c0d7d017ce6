#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/media/playout.hpp"
#include "protocol/service/client_events.hpp"
#include "protocol/service/key_frame_wish.hpp"
#include "protocol/service/message_stream.hpp"
#include "protocol/service/play_request.hpp"
#include "protocol/service/play_stats.hpp"
#include "protocol/session/events.hpp"

namespace avocet::service {

/// One play as its client sees it: puts frames into order by media::Playout, tells the server how far it may
/// send, and counts.
class ClientPlay {
 public:
  ClientPlay(Time now, PlayId, const PlayRequest&);

  // What the server says.
  void tracks(Time now, const wire::Tracks&);
  /// When frames came out already that the switch makes void, what follows could not be decoded: then the
  /// play goes back to the begin of the segment by the Seek returned.
  std::optional<wire::Seek> switched(const wire::Switched&);
  void ended(Time now, std::string_view reason);
  bool owns(TrackId) const;
  void frame(Time now, const session::FrameReceived&);

  // What the user wants.
  void pause(Time now, bool paused);
  /// Shows nothing more of where it is; the message for the server. Nothing for a live title.
  std::optional<wire::Seek> seek(Duration position);

  /// Lets out what is due, and tells the server about it.
  void advance(Time now, std::deque<ClientEvent>&, MessageStream&);
  std::optional<Time> due() const;

  /// The title, and how far of it came out.
  SealedPlay place() const {
    return {request_.title, playout_ ? std::max(start_, playout_->released_until()) : request_.start};
  }
  bool started() const { return generation_.has_value(); }
  /// PlayEnded came out.
  bool over() const { return over_; }
  PlayStats stats(Time now);

 private:
  /// A switch that the server has told and whose first frame has not come out yet.
  struct Coming {
    TrackId from, to;
    FrameNumber at;
    std::string reason;
    std::optional<Time> arrived;
  };
  struct KeyArrival {
    FrameNumber number;
    Time at{};
  };

  std::size_t index_of(TrackId id) const { return id - first_id_; }
  void release(Time now, const media::Release&, std::deque<ClientEvent>&);
  void go_over(Time now, const media::Release&, std::deque<ClientEvent>&);
  void notice_stall(Time now, std::deque<ClientEvent>&);
  void give_credit(Time now, MessageStream&);
  void ask_for_key_frame(Time now, MessageStream&);
  bool finished(Time now) const;

  PlayId play_;
  PlayRequest request_;
  Time began_;
  std::optional<media::Playout> playout_;  // from the first Tracks on: they say whether it is live
  bool live_ = false;
  std::optional<std::uint32_t> generation_;  // of the tracks that are played
  std::uint32_t wanted_generation_ = 0;      // of the latest seek
  std::vector<media::TrackConfig> tracks_;
  TrackId first_id_;
  Duration duration_{}, start_{};

  std::deque<ClientEvent> told_;  // to come out before the next frame
  std::deque<Coming> coming_;
  std::map<TrackId, KeyArrival> key_arrivals_;
  FrameNumber next_number_;             // above all video frames of the generation that came out
  std::optional<TrackId> shown_track_;  // of the latest video frame that came out
  std::optional<Time> stalled_at_;
  Time shown_until_{};  // when the last of what came out has been shown
  Time advanced_at_{};
  bool paused_ = false;

  KeyFrameWish key_frame_;

  std::optional<Time> credit_at_;
  Duration credited_until_{}, credited_shown_{};
  bool finish_told_ = false;

  std::optional<std::string> end_reason_;
  Time ended_at_{};
  bool over_ = false;
  PlayStats stats_;
};

}  // namespace avocet::service
