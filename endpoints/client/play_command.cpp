#include <fmt/format.h>

#include <cstdio>
#include <optional>

#include "endpoints/client/commands.hpp"
#include "endpoints/client/player.hpp"
#include "endpoints/client/stats_file.hpp"
#include "endpoints/client/status_text.hpp"
#include "endpoints/client/terminal_front.hpp"
#include "endpoints/client/window_front.hpp"

namespace avocet::client {
namespace {

/// Decoded pictures are large; playout is 100 ms ahead, and frames come out of order.
constexpr std::size_t most_pictures = 16;

/// What is to be said at the end, and the exit code.
int conclude(const Snapshot& last, const PlayOptions& options) {
  if (!options.quiet && last.playing) {
    fmt::print("{}\n", summary(last));
    std::fflush(stdout);
  }
  return last.failure.empty() ? 0 : fail(last.failure);
}

}  // namespace

int fail(const std::string& message) {
  fmt::print(stderr, "avocet-client: {}\n", message);
  return 1;
}

int play(const PlayOptions& options) {
  PictureQueue pictures(most_pictures);
  SoundQueue sounds;
  std::optional<Display> display;
  if (options.front != Front::terminal) {
    auto opened = Display::open();
    if (!opened && options.front == Front::window) {
      return fail("no window: " + opened.error() + "; set DISPLAY, or play with --no-window");
    }
    if (opened) display.emplace(std::move(*opened));
  }
  auto player = Player::open(options, display ? Outlets{&pictures, &sounds} : Outlets{});
  if (!player) return fail(player.error());
  std::optional<StatsFile> stats;
  if (!options.stats.empty()) stats.emplace(options.stats, [&] { return (*player)->snapshot(); });
  if (stats) {
    const std::string problem = stats->write();  // better now than after the film
    if (!problem.empty()) return fail(problem);
  }
  (*player)->start();

  if (display && (*player)->wait_until_playing()) run_window(*display, **player, pictures, sounds);
  pictures.close();
  run_terminal(**player, options.quiet || display.has_value());

  const int code = conclude((*player)->snapshot(), options);
  const std::string unwritten = stats ? stats->finish() : "";
  return unwritten.empty() ? code : fail(unwritten);
}

}  // namespace avocet::client
