#include "protocol/service/message_stream.hpp"

namespace avocet::service {

bool MessageStream::send_bytes(SharedBytes message) {
  if (overflowed_ || queued_ + message->size() > max_queue_) return overflowed_ = true, false;
  queued_ += message->size();
  outgoing_.push_back(std::move(message));
  return true;
}

std::string MessageStream::fault() const {
  return "unreadable message: " + std::string(to_string(fault_.fault)) + " at " + std::string(fault_.field);
}

}  // namespace avocet::service
