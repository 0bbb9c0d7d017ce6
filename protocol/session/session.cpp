#include "protocol/session/session.hpp"

#include "protocol/session/connection.hpp"

namespace avocet::session {

Session Session::connect(const Config& config, ClientCredentials credentials, PeerAddress server,
                         Entropy entropy, Time now, UnixTime calendar) {
  return Session(std::make_unique<Impl>(config, std::move(credentials), server, entropy, now, calendar));
}

Session Session::established(const Config& config, std::shared_ptr<crypto::Context> context, Role role,
                             const Established& outcome, Entropy entropy, Time now) {
  return Session(std::make_unique<Impl>(config, std::move(context), role, outcome, entropy, now));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

void Session::receive(Time now, const Datagram& datagram) { impl_->receive(now, datagram); }
void Session::wake(Time now) { impl_->wake(now); }
Output Session::poll(Time now, ByteSpan room, std::size_t max_segments) {
  return impl_->poll(now, room, max_segments);
}

std::optional<StreamId> Session::open_stream() { return impl_->streams().open_stream(); }
Admission Session::write(Time, StreamId stream, ByteView data, bool fin) {
  return impl_->finished() ? Admission::closed : impl_->streams().write(stream, data, fin);
}
StreamRead Session::read(Time, StreamId stream) { return impl_->streams().read(stream); }
void Session::reset(Time, StreamId stream, std::uint64_t code) { impl_->streams().reset(stream, code); }

void Session::open_track(TrackId track, TrackOptions options) {
  impl_->media_out().open_track(track, options);
}
Admission Session::send(Time now, TrackId track, const media::Frame& frame, std::optional<Time> deadline) {
  if (!impl_->may_send()) return Admission::closed;
  switch (impl_->media_out().send(now, track, frame, deadline)) {
    case media::MediaSender::Taken::accepted: return Admission::accepted;
    case media::MediaSender::Taken::full: return Admission::full;
    case media::MediaSender::Taken::too_large: return Admission::too_large;
    case media::MediaSender::Taken::closed: break;
  }
  return Admission::closed;
}
void Session::cancel(TrackId track, FrameNumber from) { impl_->media_out().cancel(track, from); }
std::optional<FrameNumber> Session::first_undelivered(TrackId track, FrameNumber from) const {
  return impl_->media_out().first_undelivered(track, from);
}
bool Session::needs_key_frame(TrackId track) const { return impl_->media_out().needs_key_frame(track); }
std::size_t Session::bytes_unsent(TrackId track) const { return impl_->media_out().bytes_unsent(track); }
void Session::close_track(TrackId track) { impl_->media_out().close_track(track); }
void Session::ignore_track(TrackId track) { impl_->media_in().ignore_track(track); }
void Session::set_ceiling(DataRate ceiling) { impl_->set_ceiling(ceiling); }
void Session::set_weight(double weight) { impl_->set_weight(weight); }

void Session::move_to(Time now, PeerAddress local) { impl_->move_to(now, local); }

bool Session::update_keys(Time now) { return impl_->update_keys(now); }
void Session::close(Time now, wire::CloseCode code, std::string_view reason) {
  impl_->close(now, code, reason);
}
void Session::issue_ticket(Time now, std::uint64_t seals, ByteView sealed) {
  impl_->issue_ticket(now, seals, sealed);
}
bool Session::may_send() const { return impl_->may_send(); }
bool Session::connected() const { return impl_->connected(); }
Role Session::role() const { return impl_->role(); }
Stats Session::stats() const { return impl_->stats(); }
PathEstimate Session::path() const { return impl_->path(); }

}  // namespace avocet::session
