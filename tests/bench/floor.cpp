// What it costs to write the bytes of many viewers and nothing else: a bare loop seals a run of datagrams for
// one socket after the other, each on a beat of its own, and writes it with one segmented write. No server
// that encrypts for each viewer can be below it, and the comparison with others ends there.

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "protocol/crypto/gcm.hpp"
#include "protocol/wire/packets.hpp"
#include "tests/bench/measure.hpp"

namespace avocet::bench {
namespace {

using Clock = std::chrono::steady_clock;

void require(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::exit(1);
}

void set(int descriptor, int level, int name, int value) {
  setsockopt(descriptor, level, name, &value, sizeof value);
}

int make_socket() {
  const int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(bind(descriptor, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0, "bench_floor: bind");
  return descriptor;
}

/// The sockets of the viewers: a thread of its own reads and drops what comes.
class Readers {
 public:
  explicit Readers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const int descriptor = make_socket();
      set(descriptor, SOL_SOCKET, SO_RCVBUF, 1 << 20);
      set(descriptor, IPPROTO_UDP, UDP_GRO, 1);
      sockets_.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { read(stop); });
  }
  ~Readers() {
    thread_.request_stop();
    thread_.join();
    for (const pollfd& socket : sockets_) close(socket.fd);
  }
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  sockaddr_in address(std::size_t i) const {
    sockaddr_in name{};
    socklen_t length = sizeof name;
    require(getsockname(sockets_[i].fd, reinterpret_cast<sockaddr*>(&name), &length) == 0,
            "bench_floor: getsockname");
    return name;
  }

 private:
  void read(const std::stop_token& stop) {
    Bytes room(1 << 16);
    while (!stop.stop_requested()) {
      if (poll(sockets_.data(), sockets_.size(), 100) <= 0) continue;
      for (const pollfd& socket : sockets_) {
        while ((socket.revents & POLLIN) != 0 &&
               recv(socket.fd, room.data(), room.size(), MSG_DONTWAIT) > 0) {
        }
      }
    }
  }

  std::vector<pollfd> sockets_;
  std::jthread thread_;
};

struct Load {
  std::size_t viewers = 0;
  double bits_per_second = 0;  // of media, to each
  double seconds = 0;
  std::size_t media = 0, run = 0;  // bytes of media in a datagram, datagrams in a write

  std::size_t datagram() const { return wire::sealed_overhead + media; }
};

class Writer {
 public:
  explicit Writer(const Load& load)
      : load_(load), socket_(make_socket()), readers_(load.viewers), out_(load.run * load.datagram()) {
    set(socket_, SOL_SOCKET, SO_SNDBUF, 1 << 20);
    set(socket_, IPPROTO_UDP, UDP_SEGMENT, static_cast<int>(load.datagram()));
    const crypto::Context context(Entropy::of(1));
    for (std::size_t i = 0; i < load.viewers; ++i) {
      viewers_.push_back(
          {readers_.address(i), crypto::Gcm(context, crypto::Secret<32>(), crypto::Gcm::Direction::sealing)});
    }
  }
  ~Writer() { close(socket_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Returns the bytes of media written.
  std::uint64_t stream() {
    const std::chrono::duration<double> between(static_cast<double>(load_.media * load_.run * 8) /
                                                load_.bits_per_second / static_cast<double>(load_.viewers));
    const auto writes = static_cast<std::uint64_t>(load_.seconds / between.count());
    const auto from = Clock::now();
    for (std::uint64_t i = 0; i < writes; ++i) {
      std::this_thread::sleep_until(
          from + std::chrono::duration_cast<Clock::duration>(between * static_cast<double>(i)));
      write(viewers_[i % viewers_.size()]);
    }
    return writes * load_.run * load_.media;
  }

 private:
  struct Viewer {
    sockaddr_in address;
    crypto::Gcm gcm;
    std::uint64_t sealed = 0;
  };

  void write(Viewer& viewer) {
    constexpr std::size_t header = wire::sealed_overhead - crypto::Gcm::tag_size;
    for (std::size_t i = 0; i < load_.run; ++i) {
      const ByteSpan datagram = ByteSpan(out_).subspan(i * load_.datagram(), load_.datagram());
      crypto::Gcm::Nonce nonce{};
      std::memcpy(nonce.data(), &++viewer.sealed, sizeof viewer.sealed);
      viewer.gcm.seal(nonce, datagram.first(header), datagram.subspan(header, load_.media),
                      datagram.last<crypto::Gcm::tag_size>());
    }
    sendto(socket_, out_.data(), out_.size(), MSG_DONTWAIT,
           reinterpret_cast<const sockaddr*>(&viewer.address), sizeof viewer.address);
  }

  const Load load_;
  const int socket_;
  Readers readers_;
  Bytes out_;
  std::vector<Viewer> viewers_;
};

void measure(const Load& load) {
  Writer writer(load);
  const double before = thread_cpu_seconds();
  const std::uint64_t bytes = writer.stream();
  const nlohmann::json line{{"cpu", thread_cpu_seconds() - before}, {"bytes", bytes}};
  fmt::print("{}\n", line.dump());
}

}  // namespace
}  // namespace avocet::bench

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("usage: bench_floor VIEWERS BITS_PER_SECOND SECONDS BYTES_PER_DATAGRAM DATAGRAMS_PER_WRITE\n",
               stderr);
    return 2;
  }
  const auto size = [&](int i) { return static_cast<std::size_t>(std::atoi(argv[i])); };
  avocet::bench::measure({size(1), std::atof(argv[2]), std::atof(argv[3]), size(4), size(5)});
}
