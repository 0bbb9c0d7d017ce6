#include "protocol/service/names.hpp"
#include "protocol/service/service.hpp"

namespace avocet::service {
namespace {

/// How often it is looked at who has got everything.
constexpr Duration look_again = 10ms;

}  // namespace

void Service::drain(Time now, std::string_view reason, Time until) {
  if (drain_) return;
  drain_ = Drain{shortened(reason, 256), until, now};
  for (const auto& [session, guest] : guests_) {
    if (!guest->leaving) say_goodbye(now, *guest);
  }
  see_off(now);
  pump(now);
}

/// Ends its plays without a word, so that the client keeps their places (AV-SVC-32). What a live title has
/// sent stays on its way; a stored one is taken up again from anywhere.
void Service::say_goodbye(Time now, Guest& guest) {
  guest.parting = true;
  guest.directory = guest.catalogue = {};
  if (guest.joined()) guest.messages.send(wire::Bye{.reason = drain_->reason});
  guest.messages.flush(now, *guest.port);
  while (!guest.plays.empty()) {
    auto& [id, play] = *guest.plays.begin();
    Outlet out = guest.outlet(events_);
    if (auto* stored = std::get_if<StoredPlay>(&play)) stored->close_tracks(out);
    drop_play(guest, id);
  }
  if (guest.armed) timers_.erase({*guest.armed, guest.id});
  guest.armed.reset();
  drain_->look_at = now;
}

/// Closes those who have got everything, or all when the time is over.
void Service::see_off(Time now) {
  bool waiting = false;
  for (const auto& [session, guest] : guests_) {
    if (guest->leaving) continue;
    guest->messages.flush(now, *guest->port);
    const bool has_all = guest->messages.queued() == 0 && guest->port->flushed();
    if (has_all || now >= drain_->until) {
      close(now, *guest, wire::CloseCode::going_away, drain_->reason);
    } else {
      waiting = true;
    }
  }
  drain_->look_at.reset();
  if (waiting) drain_->look_at = std::min(now + look_again, std::max(drain_->until, now + Duration(1)));
}

}  // namespace avocet::service
