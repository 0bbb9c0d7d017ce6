#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"

namespace avocet::drive {

/// What one read brought: a datagram, or a run of equal-sized ones that the kernel merged (UDP_GRO).
struct Received {
  PeerAddress from, to;
  Ecn ecn = Ecn::not_ect;
  Time arrived;    ///< by the kernel's clock, mapped to drive::now
  ByteSpan bytes;  ///< in the batch; valid until the next read into it
  std::size_t segment =
      0;  ///< length of each datagram of the run; the last may be shorter. 0: a single empty one

  std::size_t datagrams() const { return segment == 0 ? 1 : (bytes.size() + segment - 1) / segment; }
};

/// Calls `take(ByteSpan)` with each datagram of a run, in order.
template <class Take>
void for_each_datagram(const Received& run, Take&& take) {
  if (run.segment == 0) return take(run.bytes);
  for (std::size_t at = 0; at < run.bytes.size(); at += run.segment) {
    take(run.bytes.subspan(at, std::min(run.segment, run.bytes.size() - at)));
  }
}

/// Room for one batched read. One per thread serves any number of sockets.
class ReceiveBatch {
 public:
  /// Reads at once. A merged run can have 64 KB, so 16 take a megabyte.
  static constexpr std::size_t runs = 16;
  static constexpr std::size_t run_size = 65'536;

  ReceiveBatch();
  ReceiveBatch(const ReceiveBatch&) = delete;
  ReceiveBatch& operator=(const ReceiveBatch&) = delete;

 private:
  friend class UdpSocket;
  struct Control {
    alignas(cmsghdr) std::array<std::byte, 256> bytes;
  };

  void prepare();

  std::vector<std::byte> bytes_;
  std::array<Control, runs> controls_;
  std::array<sockaddr_storage, runs> sources_;
  std::array<iovec, runs> vectors_;
  std::array<mmsghdr, runs> messages_;
  std::array<Received, runs> received_;
};

}  // namespace avocet::drive
