#pragma once

#include "endpoints/client/display.hpp"
#include "endpoints/client/player.hpp"

namespace avocet::client {

/// Plays in a window, with sound, until the last picture was shown or the user has had enough. Stops the
/// player then.
void run_window(const Display&, Player&, PictureQueue&, SoundQueue&);

}  // namespace avocet::client
