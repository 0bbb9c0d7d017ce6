#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "protocol/session/driving.hpp"

namespace avocet::session {

/// Everything that a connection does by the clock; one reason each.
enum class Timer : std::uint8_t {
  handshake_repeat,    ///< the peer has not answered our part of the handshake: say it again
  handshake_deadline,  ///< the handshake takes too long: start over (client) or forget it (server)
  acknowledge,         ///< the longest time that an acknowledgement may be held
  loss,                ///< a packet counts as lost, or a probe is due (RFC 9002 section 6.2)
  rate,                ///< the rate controller looks at silence
  pace,                ///< the pacer lets the next burst go
  media,               ///< a repair is due, or a frame's deadline passes
  path,                ///< an address is asked again whether the peer is there, or given up
  quiet,               ///< media paused: ask whether the peer still finds us
  keep_alive,          ///< ping, so that neither end nor a NAT forgets the connection
  idle,                ///< nothing was heard for the idle timeout
  drain,               ///< long enough closed that late packets of the peer need no answer any more
  count_
};

constexpr std::string_view to_string(Timer timer) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Timer::count_)> names{"handshake repeat",
                                                                                        "handshake deadline",
                                                                                        "acknowledge",
                                                                                        "loss",
                                                                                        "rate",
                                                                                        "pace",
                                                                                        "media",
                                                                                        "path",
                                                                                        "quiet",
                                                                                        "keep alive",
                                                                                        "idle",
                                                                                        "drain"};
  return names[static_cast<std::size_t>(timer)];
}

/// When each timer fires; a table, so that nothing can be forgotten when the next one is looked for.
class TimerTable {
 public:
  TimerTable() { at_.fill(never); }

  void set(Timer timer, std::optional<Time> at) { slot(timer) = at.value_or(never); }
  void clear(Timer timer) { slot(timer) = never; }
  bool is_set(Timer timer) const { return at_[static_cast<std::size_t>(timer)] != never; }

  /// True once for a timer that is due: it is cleared.
  bool take(Timer timer, Time now) {
    if (slot(timer) > now) return false;
    clear(timer);
    return true;
  }

  Wake earliest() const {
    std::size_t first = 0;
    for (std::size_t i = 1; i < at_.size(); ++i) {
      if (at_[i] < at_[first]) first = i;
    }
    if (at_[first] == never) return {};
    return {at_[first], to_string(static_cast<Timer>(first))};
  }

 private:
  static constexpr Time never = Time::max();
  Time& slot(Timer timer) { return at_[static_cast<std::size_t>(timer)]; }

  std::array<Time, static_cast<std::size_t>(Timer::count_)> at_;
};

}  // namespace avocet::session
