#include "protocol/rate/run_length.hpp"

#include <algorithm>

#include "protocol/wire/packets.hpp"

namespace avocet::rate {

namespace {

/// Lateness of the last packet behind the first that shows no queue, and that shows too much of one.
constexpr Duration little = 1ms, much = 3ms;
/// With so much of a queue before it a run says nothing.
constexpr Duration standing = 4ms;
/// After a run that was too long, packets that left alone and were no trouble do not speak for two at once
/// before that.
constexpr Duration patience = 5s;
constexpr DataSize datagram = DataSize::bytes(wire::base_datagram);

}  // namespace

void RunLength::on_arrival(Time sent, std::size_t size, Duration late) {
  if (sent != sent_) {
    close_run();
    sent_ = sent;
    size_ = {};
    packets_ = 0;
    first_ = late;
  }
  size_ += DataSize::bytes(static_cast<std::int64_t>(size));
  ++packets_;
  last_ = late;
}

void RunLength::close_run() {
  if (!sent_) return;
  const Duration spread = last_ - first_;
  if (spread > much) {
    allowed_ = allowed_ * 0.5;
    alone_until_ = *sent_ + patience;
  } else if ((packets_ > 1 || *sent_ >= alone_until_) && spread <= little && first_ <= standing &&
             size_ * 2 >= allowed_) {
    allowed_ = std::clamp(allowed_ * 2, datagram * 2, most);
  }
}

}  // namespace avocet::rate
