#pragma once

#include <asio/bind_allocator.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "endpoints/drive/clock.hpp"
#include "endpoints/drive/handler_memory.hpp"
#include "protocol/base/time.hpp"

namespace avocet::drive {

/// One timer on the driver's clock. Setting it again replaces what was set; a callback that is due when the
/// alarm goes away or was set anew is not called any more. Moving it to a little later, which a core that is
/// busy does all the time, costs nothing: the system's timer stays where it is, and is set again when it
/// fires too early. It is moved when that saves the process from waking up long before there is a reason.
class Alarm {
 public:
  explicit Alarm(asio::io_context& context) : timer_(context) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// Calls `callback()` from the context at `at`; never when it is empty.
  void set(std::optional<Time> at, std::function<void()> callback) {
    callback_ = std::move(callback);
    at_ = at;
    if (!at) return disarm();
    if (!armed_ || *at < *armed_ || *at > *armed_ + worth_moving) arm(*at);
  }

 private:
  void disarm() {
    if (!armed_) return;
    armed_.reset();
    ++*generation_;
    timer_.cancel();
  }

  void arm(Time at) {
    armed_ = at;
    // drive::now and libstdc++'s steady_clock are both CLOCK_MONOTONIC.
    timer_.expires_at(std::chrono::steady_clock::time_point(at.time_since_epoch()));
    const auto on_time = [this, generation = std::weak_ptr(generation_),
                          mine = ++*generation_](asio::error_code error) {
      const auto current = generation.lock();
      if (error || !current || *current != mine) return;
      fire();
    };
    timer_.async_wait(asio::bind_allocator(HandlerAllocator<std::byte>(memory_), on_time));
  }

  void fire() {
    armed_.reset();
    if (!at_) return;
    if (*at_ > now()) return arm(*at_);
    at_.reset();
    std::exchange(callback_, {})();
  }

  static constexpr Duration worth_moving = 5ms;

  asio::steady_timer timer_;
  std::optional<Time> at_, armed_;  // as set; of the system's timer, never later
  std::function<void()> callback_;
  std::shared_ptr<HandlerMemory> memory_ = std::make_shared<HandlerMemory>();
  std::shared_ptr<std::uint64_t> generation_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace avocet::drive
