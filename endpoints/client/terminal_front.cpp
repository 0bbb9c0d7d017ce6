#include "endpoints/client/terminal_front.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "endpoints/client/status_text.hpp"

namespace avocet::client {
namespace {

constexpr Duration look_period = 50ms;
constexpr Duration line_period = 500ms;

/// As many characters as the terminal is wide, so that the line can be rewritten.
std::string fit(const std::string& text) {
  winsize size{};
  std::size_t columns = 80;
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) columns = size.ws_col;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins_character = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins_character && ++shown == columns) return text.substr(0, i);
  }
  return text;
}

}  // namespace

void run_terminal(Player& player, bool quiet) {
  const bool terminal = !quiet && ::isatty(STDERR_FILENO) == 1;
  Time next = drive::now();
  while (!player.over()) {
    player.wait(look_period);
    if (!terminal || drive::now() < next) continue;
    next = drive::now() + line_period;
    fmt::print(stderr, "\r\033[K{}", fit(status_line(player.snapshot())));
    std::fflush(stderr);
  }
  if (terminal) fmt::print(stderr, "\r\033[K");
}

}  // namespace avocet::client
