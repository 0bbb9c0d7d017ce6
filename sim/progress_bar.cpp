#include "sim/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace avocet::sim {

ProgressBar::ProgressBar(Duration length) : length_(length), began_(std::chrono::steady_clock::now()) {}

bool ProgressBar::wanted() { return ::isatty(STDERR_FILENO) != 0; }

double ProgressBar::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

void ProgressBar::show(Duration simulated) {
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_ < std::chrono::milliseconds(100)) return;  // what no eye follows
  shown_ = now;
  constexpr std::size_t width = 30;
  const double done = to_seconds(simulated) / to_seconds(length_);
  const auto full = std::min(width, static_cast<std::size_t>(done * width));
  const double speed = to_seconds(simulated) / std::max(seconds(), 1e-3);
  fmt::print(stderr, "\r\033[K[{}{}] {:.0f} of {:.0f} s simulated, {:.0f} x real time, {:.0f} s left",
             std::string(full, '#'), std::string(width - full, '.'), to_seconds(simulated),
             to_seconds(length_), speed, to_seconds(length_ - simulated) / std::max(speed, 1e-3));
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (wanted()) fmt::print(stderr, "\r\033[K");
}

}  // namespace avocet::sim
