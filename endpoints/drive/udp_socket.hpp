#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <utility>

#include "endpoints/drive/receive_batch.hpp"
#include "protocol/base/address.hpp"
#include "protocol/base/bytes.hpp"

namespace avocet::drive {

struct SocketOptions {
  /// Wishes in bytes; without privileges the kernel gives at most net.core.rmem_max and wmem_max.
  int receive_buffer = 4 << 20;
  int send_buffer = 4 << 20;
  bool reuse_port = false;     ///< several sockets, one per shard, share the port
  bool dont_fragment = false;  ///< what does not fit the path is lost, as path MTU discovery wants it
  bool offload = true;         ///< UDP_SEGMENT and UDP_GRO, where the kernel has them
};

/// Where a run of datagrams goes, and how.
struct Route {
  PeerAddress to;    ///< unset: where the socket is connected to
  PeerAddress from;  ///< local address to send from; unset: the kernel's choice. Its port is not used
  Ecn ecn = Ecn::not_ect;
};

struct SendResult {
  std::size_t sent = 0;  ///< bytes that are the kernel's now, or lost; always whole datagrams
  bool blocked = false;  ///< the rest must wait until the socket is writable
  int error = 0;         ///< errno of the last datagram that could not be sent and is lost; 0: none
};

/// A non-blocking UDP socket that reads and writes runs of datagrams with one call each. Knows nothing of
/// asio: wait for `descriptor` by any means.
class UdpSocket {
 public:
  /// At most this many datagrams go out in one write.
  static constexpr std::size_t max_segments = 64;
  /// ... and at most this many bytes, which leaves room for the headers of IPv6.
  static constexpr std::size_t max_run = 65'487;

  /// An all-zero address listens on every address of IPv6 and IPv4 (of IPv4 only on machines without IPv6);
  /// port 0 lets the kernel choose. The error says what could not be done and why.
  static std::expected<UdpSocket, std::string> bind(const PeerAddress& local,
                                                    const SocketOptions& options = {});
  /// From any port to one peer; what others send is not received.
  static std::expected<UdpSocket, std::string> connect(const PeerAddress& peer,
                                                       const SocketOptions& options = {});

  /// Takes over an open, bound datagram socket of `family` as it is, without offload.
  static UdpSocket adopt(int descriptor, int family) { return {descriptor, family}; }

  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&& other) noexcept;
  ~UdpSocket();

  /// Sends `bytes` as datagrams of `segment` bytes, the last may be shorter. Uses one system call for each 64
  /// datagrams where the kernel segments, else sendmmsg.
  SendResult send(const Route& route, ByteView bytes, std::size_t segment);
  /// Reads what has arrived, at most one batch; empty when there is nothing. Errors that the network reported
  /// for earlier sends (port unreachable) are not errors here.
  std::span<const Received> receive(ReceiveBatch& batch);

  int descriptor() const { return descriptor_; }
  /// Address and port it is bound to.
  PeerAddress local() const;
  bool segments() const { return segmentation_; }  ///< UDP_SEGMENT is in use
  bool merges() const { return merging_; }         ///< UDP_GRO is in use
  /// What the kernel granted, in bytes of its own accounting (twice the wish).
  int receive_buffer() const;
  int send_buffer() const;
  /// How often the network said that nobody listens at the address sent to.
  std::uint64_t refused() const { return refused_; }
  /// Datagrams lost here because they were not read in time.
  std::uint32_t overflowed() const { return overflowed_; }

 private:
  UdpSocket(int descriptor, int family) : descriptor_(descriptor), family_(family) {}

  static std::expected<UdpSocket, std::string> open(int family, const SocketOptions& options);
  void set_options(const SocketOptions& options);
  std::size_t send_segmented(const Route& route, ByteView run, std::size_t segment, int& error);
  std::size_t send_plain(const Route& route, ByteView run, std::size_t segment, int& error);
  void read_control(const msghdr& header, const class TimestampMapping& clock, Received& run);

  int descriptor_ = -1;
  int family_ = 0;
  bool segmentation_ = false;
  bool merging_ = false;
  std::uint16_t port_ = 0;
  std::uint64_t refused_ = 0;
  std::uint32_t overflowed_ = 0;
};

}  // namespace avocet::drive
