#pragma once

#include "protocol/service/play_stats.hpp"
#include "protocol/session/stats.hpp"

namespace avocet::client {

/// One play over several connections: counters go on from those of the connections before, estimates are
/// those of the latest.
service::PlayStats total(const service::PlayStats& before, service::PlayStats latest);
session::Stats total(const session::Stats& before, session::Stats latest);

}  // namespace avocet::client
