#pragma once

#include <cstdint>

#include "protocol/base/time.hpp"
#include "protocol/wire/packets.hpp"

/// Figures that several parts of the controller in delay_loss.hpp go by.
namespace avocet::rate {

/// A queue above this, or above what the jitter of the path explains, is one that stands.
constexpr Duration standing_queue = 10ms;
/// A train without room adds this much queue at the most, while the rate is believed to be right, or searched
/// for.
constexpr Duration steady_train_queue = 18ms, search_train_queue = 40ms;
/// A rate that fell by more is tried again as soon as the queue is gone, at most so many times as fast.
constexpr double worth_recovering = 1.1, most_recovery_gain = 2;
/// Bytes of a packet, as a rule.
constexpr auto datagram = static_cast<std::int64_t>(wire::base_datagram);

}  // namespace avocet::rate
