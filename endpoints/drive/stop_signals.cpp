#include "endpoints/drive/stop_signals.hpp"

#include <csignal>
#include <utility>

namespace avocet::drive {

StopSignals::StopSignals(asio::io_context& context, std::function<void(int)> stop)
    : signals_(context, SIGINT, SIGTERM) {
  signals_.async_wait([this, stop = std::move(stop)](asio::error_code error, int signal) {
    if (error) return;
    cancel();
    stop(signal);
  });
}

void StopSignals::cancel() {
  // Removing the signals from the set restores their default action: the next one kills.
  asio::error_code ignored;
  signals_.clear(ignored);
  signals_.cancel(ignored);
}

}  // namespace avocet::drive
