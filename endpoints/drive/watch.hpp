#pragma once

#include <asio/bind_allocator.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <memory>
#include <utility>

#include "endpoints/drive/handler_memory.hpp"

namespace avocet::drive {

/// Tells when a descriptor, which somebody else owns and closes after this, can be read or written. A
/// callback that is due when the watch goes away is not called any more.
class Watch {
 public:
  Watch(asio::io_context& context, int descriptor) : descriptor_(context, descriptor) {}
  ~Watch() { descriptor_.release(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Calls `callback()` once, from the context, when there is something to read.
  template <class Callback>
  void when_readable(Callback callback) {
    wait(asio::posix::stream_descriptor::wait_read, std::move(callback));
  }
  /// The same when there is room to write.
  template <class Callback>
  void when_writable(Callback callback) {
    wait(asio::posix::stream_descriptor::wait_write, std::move(callback));
  }

 private:
  struct Alive {};

  template <class Callback>
  void wait(asio::posix::stream_descriptor::wait_type what, Callback callback) {
    // A completed wait may still be queued when the watch dies; asio cannot cancel it then.
    auto on_ready = [alive = std::weak_ptr(alive_), callback = std::move(callback)](asio::error_code error) {
      if (!error && !alive.expired()) callback();
    };
    descriptor_.async_wait(what,
                           asio::bind_allocator(HandlerAllocator<std::byte>(memory_), std::move(on_ready)));
  }

  asio::posix::stream_descriptor descriptor_;
  std::shared_ptr<HandlerMemory> memory_ = std::make_shared<HandlerMemory>();
  std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
};

}  // namespace avocet::drive
