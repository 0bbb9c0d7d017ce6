#pragma once

#include "endpoints/client/player.hpp"

namespace avocet::client {

/// Plays without a window until all is over: a status line that is rewritten in place when standard error is
/// a terminal, and nothing in a pipe.
void run_terminal(Player&, bool quiet);

}  // namespace avocet::client
