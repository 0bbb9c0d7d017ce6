#pragma once

#include <deque>
#include <string>

#include "protocol/service/message_stream.hpp"
#include "protocol/service/port.hpp"
#include "protocol/service/server_events.hpp"

namespace avocet::service {

/// Where a play sends to: its client's session and messages, and the events for the driver. Lent for one
/// call.
struct Outlet {
  SessionId session;
  const std::string& user;
  Port& port;
  MessageStream& messages;
  std::deque<ServerEvent>& events;
};

}  // namespace avocet::service
