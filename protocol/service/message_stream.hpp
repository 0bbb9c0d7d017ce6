#pragma once

#include <memory>
#include <string>

#include "protocol/media/ring.hpp"
#include "protocol/session/events.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

/// The messages of the service on stream 0, both ways. Bounded: of what comes in, one message is held at
/// most; what goes out is refused beyond `max_queue` bytes.
class MessageStream {
 public:
  explicit MessageStream(std::size_t max_queue) : max_queue_(max_queue) {}

  template <wire::Declared T>
  bool send(const T& message) {
    return send_bytes(std::make_shared<const Bytes>(wire::frame_message(message)));
  }
  /// The same for a message framed already, to many. False when the queue is full: the stream is then broken.
  bool send_bytes(SharedBytes message);
  /// Hands on what is queued, as far as it is taken. `Writer` is a Port, or writes like one.
  template <class Writer>
  void flush(Time now, Writer&& writer) {
    while (!outgoing_.empty() && writer.write(now, *outgoing_.front()) == session::Admission::accepted) {
      queued_ -= outgoing_.front()->size();
      outgoing_.pop_front();
    }
  }

  std::size_t queued() const { return queued_; }
  bool overflowed() const { return overflowed_; }

  /// Appends what arrived and calls `visit` with each message that is whole, while `go_on()`. False when the
  /// bytes are no messages of ours; `fault()` says why.
  template <class Visitor, class GoOn>
  bool receive(ByteView data, Visitor&& visit, GoOn&& go_on) {
    incoming_.insert(incoming_.end(), data.begin(), data.end());
    std::size_t at = 0;
    while (go_on()) {
      const ByteView rest = ByteView(incoming_).subspan(at);
      const auto extent = wire::next_message(rest, wire::max_service_message);
      if (!extent) return remember(extent.error());
      if (!*extent) break;
      const auto [type, header, body] = **extent;
      const wire::DecodeError error =
          wire::read_message<wire::ServiceMessages>(type, rest.subspan(header, body), visit);
      if (error.fault != wire::Fault::none) return remember(error);
      at += header + body;
    }
    incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
  }
  /// For a person.
  std::string fault() const;

 private:
  bool remember(const wire::DecodeError& error) { return fault_ = error, false; }

  std::size_t max_queue_;
  media::Ring<SharedBytes> outgoing_;
  std::size_t queued_ = 0;
  bool overflowed_ = false;
  Bytes incoming_;
  wire::DecodeError fault_;
};

}  // namespace avocet::service
