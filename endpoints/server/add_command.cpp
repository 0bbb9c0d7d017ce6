#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <nlohmann/json.hpp>

#include "endpoints/codec/names.hpp"
#include "endpoints/server/commands.hpp"

namespace avocet::server {
namespace {

std::atomic<bool> stop_asked{false};

void ask_to_stop(int signal) {
  stop_asked = true;
  std::signal(signal, SIG_DFL);  // a second one does not wait
}

/// A bar on a terminal, nothing in a pipe.
class ProgressBar {
 public:
  void show(const codec::Progress& progress) {
    if (!terminal_) return;
    constexpr std::size_t width = 32;
    const auto done = static_cast<std::size_t>(progress.fraction * width);
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(progress.left).count();
    fmt::print(stderr, "\r[{:#<{}}{:.<{}}] {:3.0f} %  {:.1f}x  {}:{:02} left  ", "", done, "", width - done,
               progress.fraction * 100, progress.speed, left / 60, left % 60);
    shown_ = true;
  }
  ~ProgressBar() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
};

}  // namespace

int add(const AddOptions& options) {
  if (auto named = codec::check_clip_name(options.name); !named) return fail(named.error().message());
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
  const auto report = [&] {
    ProgressBar bar;
    return codec::make_ladder(
        options.source, options.library, options.name, options.ladder,
        [&bar](const codec::Progress& p) { bar.show(p); }, stop_asked);
  }();
  if (!report) return fail(report.error().message());
  for (const std::string& warning : report->warnings)
    fmt::print(stderr, "avocet-server: warning: {}\n", warning);
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"name", options.name},
                                      {"duration", to_seconds(report->duration)},
                                      {"frames", report->frames},
                                      {"frameRate", report->frame_rate},
                                      {"files", report->files}}
                           .dump(2));
    return 0;
  }
  fmt::print("{}: {:.1f} s, {} frames at {:.5g} per second\n", options.name, to_seconds(report->duration),
             report->frames, report->frame_rate);
  for (const std::string& file : report->files) fmt::print("  {}\n", file);
  return 0;
}

}  // namespace avocet::server
