#include "analysis/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace avocet::analysis {

ProgressBar::ProgressBar() : wanted_(isatty(STDERR_FILENO) == 1), shown_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

bool ProgressBar::due() const {
  using namespace std::chrono_literals;
  return wanted_ && std::chrono::steady_clock::now() - shown_ > 100ms;
}

void ProgressBar::show(double part, std::uint64_t packets) {
  constexpr int width = 30;
  const int filled = std::clamp(static_cast<int>(part * width), 0, width);
  fmt::print(stderr, "\r\x1b[K[{:=<{}}{: <{}}] {:3.0f} %  {} packets", "", filled, "", width - filled,
             part * 100, packets);
  std::fflush(stderr);
  shown_ = std::chrono::steady_clock::now();
  drawn_ = true;
}

}  // namespace avocet::analysis
