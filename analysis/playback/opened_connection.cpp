#include "analysis/playback/opened_connection.hpp"

namespace avocet::analysis {

void OpenedConnection::retire(Time now) {
  for (PlayView& play : plays) play.advance(now);
  early = media::EarlyFrames<WholeFrame>(0, 0);
  for (OpenedSide* side : {&client, &server}) {
    side->acks.forget();
    side->control.give_up();
    for (auto& [id, track] : side->tracks) track.outlines.forget();
  }
}

}  // namespace avocet::analysis
