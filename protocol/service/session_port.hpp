#pragma once

#include "protocol/service/port.hpp"
#include "protocol/session/listener.hpp"

namespace avocet::service {

/// A session of a listener as a Port. Does nothing once the session has ended.
class SessionPort final : public Port {
 public:
  SessionPort(session::Listener& listener, SessionId id) : listener_(listener), id_(id) {}

  session::Admission write(Time now, ByteView data) override {
    session::Session* s = listener_.touch(id_);
    return s == nullptr ? session::Admission::closed : s->write(now, StreamId{0}, data);
  }
  void close(Time now, wire::CloseCode code, std::string_view reason) override {
    if (auto* s = listener_.touch(id_)) s->close(now, code, reason);
  }
  void open_track(TrackId track, session::TrackOptions options) override {
    if (auto* s = listener_.touch(id_)) s->open_track(track, options);
  }
  session::Admission send(Time now, TrackId track, const media::Frame& frame,
                          std::optional<Time> deadline) override {
    session::Session* s = listener_.touch(id_);
    return s == nullptr ? session::Admission::closed : s->send(now, track, frame, deadline);
  }
  void cancel(TrackId track, FrameNumber from) override {
    if (auto* s = listener_.touch(id_)) s->cancel(track, from);
  }
  std::optional<FrameNumber> first_undelivered(TrackId track, FrameNumber from) const override {
    const session::Session* s = listener_.find(id_);
    return s == nullptr ? std::nullopt : s->first_undelivered(track, from);
  }
  void close_track(TrackId track) override {
    if (auto* s = listener_.touch(id_)) s->close_track(track);
  }
  std::size_t bytes_unsent(TrackId track) const override {
    const session::Session* s = listener_.find(id_);
    return s == nullptr ? 0 : s->bytes_unsent(track);
  }
  bool needs_key_frame(TrackId track) const override {
    const session::Session* s = listener_.find(id_);
    return s != nullptr && s->needs_key_frame(track);
  }
  void set_ceiling(DataRate rate) override {
    if (auto* s = listener_.touch(id_)) s->set_ceiling(rate);
  }
  void ignore_track(TrackId track) override {
    if (auto* s = listener_.touch(id_)) s->ignore_track(track);
  }
  bool flushed() const override {
    const session::Session* s = listener_.find(id_);
    if (s == nullptr) return true;
    const session::Stats stats = s->stats();
    return stats.stream_bytes_held == 0 && stats.media_bytes_held == 0;
  }
  void issue_ticket(Time now, PlayId play, ByteView sealed) override {
    if (auto* s = listener_.touch(id_)) s->issue_ticket(now, play.value, sealed);
  }
  Path path() const override {
    const session::Session* s = listener_.find(id_);
    if (s == nullptr) return {};
    const session::PathEstimate path = s->path();
    return {.target = path.target_rate,
            .round_trip = path.smoothed_rtt,
            .media_held = DataSize::bytes(static_cast<std::int64_t>(path.media_bytes_held)),
            .media_share = path.media_share};
  }

 private:
  session::Listener& listener_;
  SessionId id_;
};

}  // namespace avocet::service
