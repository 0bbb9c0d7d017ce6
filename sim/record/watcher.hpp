#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"

namespace avocet::sim {

/// Why a packet ended inside the network.
enum class LossCause : std::uint8_t { queue, random, blackhole, listed, too_large, corrupted };

/// The bytes of a packet, from IP on, for who wants to see them.
class Content {
 public:
  virtual ~Content() = default;
  /// `room` has the size of the packet.
  virtual void copy(ByteSpan room) const = 0;
};

/// A packet on its way through the network.
struct Passing {
  std::uint32_t end = 0;    ///< which end of which flow sent it, counted from 1; 0: traffic that is not ours
  std::uint64_t index = 0;  ///< of that end's datagrams, from 0
  std::size_t size = 0;     ///< bytes, with the headers from IP on
  const Content* content = nullptr;  ///< good during the call
};

/// Is told what really happens inside the network. `where` is a direction of a link, by its index: twice the
/// link's, plus one on the way back.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_entered(std::size_t where, Time now, const Passing&) = 0;
  /// `queued`: from entering to the beginning of its service.
  virtual void on_served(std::size_t where, Time now, const Passing&, Duration queued) = 0;
  virtual void on_lost(std::size_t where, Time now, const Passing&, LossCause) = 0;
  /// A second copy of it goes on.
  virtual void on_duplicated(std::size_t where, Time now, const Passing&) = 0;
  /// It is at the far end of the link.
  virtual void on_arrived(std::size_t where, Time now, const Passing&) = 0;
};

}  // namespace avocet::sim
