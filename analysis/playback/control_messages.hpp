#pragma once

#include "analysis/playback/opened_connection.hpp"

namespace avocet::analysis {

/// Takes in the messages of the service that are whole on that side's stream 0.
void read_messages(OpenedConnection&, Side from, Time now);

}  // namespace avocet::analysis
