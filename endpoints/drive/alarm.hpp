#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "protocol/base/time.hpp"

namespace avocet::drive {

/// One timer on the driver's clock. Setting it again replaces what was set; a callback that is due when the
/// alarm goes away or was set anew is not called any more.
class Alarm {
 public:
  explicit Alarm(asio::io_context& context) : timer_(context) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// Calls `callback()` from the context at `at`; never when it is empty. Setting the time that is set
  /// already costs nothing, and keeps the old callback.
  template <class Callback>
  void set(std::optional<Time> at, Callback callback) {
    if (at == at_) return;
    at_ = at;
    if (!at) {
      ++*generation_;
      timer_.cancel();
      return;
    }
    // drive::now and libstdc++'s steady_clock are both CLOCK_MONOTONIC.
    timer_.expires_at(std::chrono::steady_clock::time_point(at->time_since_epoch()));
    timer_.async_wait([this, generation = std::weak_ptr(generation_), mine = ++*generation_,
                       callback = std::move(callback)](asio::error_code error) {
      const auto current = generation.lock();
      if (error || !current || *current != mine) return;
      at_.reset();
      callback();
    });
  }

 private:
  asio::steady_timer timer_;
  std::optional<Time> at_;
  std::shared_ptr<std::uint64_t> generation_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace avocet::drive
