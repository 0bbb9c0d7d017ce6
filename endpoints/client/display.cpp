#include "endpoints/client/display.hpp"

#include <SDL2/SDL.h>

#include <cstdlib>

namespace avocet::client {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

std::expected<Display, std::string> Display::open() {
  // Without these SDL would take over the bare console of a machine, if it may.
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set("SDL_VIDEODRIVER"))
    return std::unexpected("there is no display (DISPLAY and WAYLAND_DISPLAY are not set)");
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");  // they are ours
  SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
  SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
  SDL_SetHint(SDL_HINT_APP_NAME, "Avocet");
  if (SDL_Init(SDL_INIT_VIDEO) != 0) return std::unexpected(std::string(SDL_GetError()));
  return Display();
}

Display::~Display() {
  if (open_) SDL_Quit();
}

}  // namespace avocet::client
