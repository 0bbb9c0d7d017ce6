#pragma once

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <functional>

namespace avocet::drive {

/// Turns the first SIGINT or SIGTERM into a call, so that the program can end in good order. The second ends
/// the process at once by the signal's own action, even when the loop hangs.
class StopSignals {
 public:
  /// `stop` is called once, from `context`, with the signal's number.
  StopSignals(asio::io_context& context, std::function<void(int)> stop);
  /// Stops listening, so that the context can run out of work.
  void cancel();

 private:
  asio::signal_set signals_;
};

}  // namespace avocet::drive
