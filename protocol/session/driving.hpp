#pragma once

#include <optional>
#include <string_view>

#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"

/// The driving contract, shared by Session, Listener, service::Server and service::Client. They are sans-I/O:
/// the driver brings datagrams, time and calls, and takes out what must happen. There are no callbacks. The
/// one loop:
///
///     thing.receive(now, datagram) ...; thing.wake(now); any calls     // a batch of inputs at one `now`
///     for (;;) {
///       Output out = thing.poll(now, room, max_segments);
///       if Transmit: write out.size bytes of `room` as datagrams of out.segment bytes each
///                    (cannot send now? keep this one Transmit, and stop polling until it went)
///       if Event:    handle it; calls on `thing` from here are fine
///       if Wake:     done: come back at `at`, or with the next input
///     }
namespace avocet::session {

/// A UDP datagram as it came. The bytes are opened in place: the core writes to them.
struct Datagram {
  PeerAddress from, to;
  Ecn ecn = Ecn::not_ect;
  Time arrived{};  ///< the kernel's timestamp where there is one; never later than the `now` of the call
  ByteSpan bytes;
};

/// `size` bytes in the room given to poll: datagrams of `segment` bytes one after the other, the last may be
/// shorter. A driver hands them to the kernel in one segmented write.
struct Transmit {
  PeerAddress to, from;
  Ecn ecn = Ecn::not_ect;
  std::size_t size = 0, segment = 0;
};

/// Nothing to do until `at`, which is strictly later than the poll's `now`; without it until the next input.
struct Wake {
  std::optional<Time> at;
  std::string_view why;  ///< the timer that is due first; static storage
};

}  // namespace avocet::session
