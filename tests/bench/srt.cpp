// The same load through libsrt: one process sends a stream of 1316-byte payloads (AES-256, live mode) to many
// receivers, which are threads of a child process. Prints what the sending process needed.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <srt/srt.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "tests/bench/measure.hpp"

namespace avocet::bench {
namespace {

constexpr int payload = 1316;
constexpr char passphrase[] = "a passphrase of some length";
using Clock = std::chrono::steady_clock;

void require(bool good, const char* what) {
  if (good) return;
  fmt::print(stderr, "bench_srt: {}: {}\n", what, srt_getlasterror_str());
  std::exit(1);
}

SRTSOCKET make_socket() {
  const SRTSOCKET socket = srt_create_socket();
  const int live = SRTT_LIVE, key = 32;
  require(socket != SRT_INVALID_SOCK && srt_setsockflag(socket, SRTO_TRANSTYPE, &live, sizeof live) == 0 &&
              srt_setsockflag(socket, SRTO_PASSPHRASE, passphrase, sizeof passphrase - 1) == 0 &&
              srt_setsockflag(socket, SRTO_PBKEYLEN, &key, sizeof key) == 0,
          "a socket");
  return socket;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  name.sin_port = htons(port);
  return name;
}

/// Reads until the sender closes; returns the payload bytes that came.
std::uint64_t view(std::uint16_t port) {
  const SRTSOCKET socket = make_socket();
  const sockaddr_in name = loopback(port);
  require(srt_connect(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0, "connecting");
  std::array<char, 2048> buffer;
  std::uint64_t bytes = 0;
  for (int got = 0; (got = srt_recvmsg(socket, buffer.data(), buffer.size())) > 0;) {
    bytes += static_cast<std::uint64_t>(got);
  }
  srt_close(socket);
  return bytes;
}

void run_viewers(int count, int port_from, int result_to) {
  std::uint16_t port = 0;
  if (read(port_from, &port, sizeof port) != sizeof port) _exit(1);
  srt_startup();
  srt_setloglevel(SRT_LOG_LEVEL_MIN);
  std::vector<std::uint64_t> bytes(static_cast<std::size_t>(count));
  std::vector<std::thread> threads;
  for (std::uint64_t& sum : bytes) threads.emplace_back([&sum, port] { sum = view(port); });
  for (std::thread& thread : threads) thread.join();
  std::uint64_t total = 0;
  for (std::uint64_t sum : bytes) total += sum;
  _exit(write(result_to, &total, sizeof total) == sizeof total ? 0 : 1);
}

/// Sends one payload to each viewer every so often, as a live source would.
void stream(const std::vector<SRTSOCKET>& viewers, double bits_per_second, double seconds) {
  const std::array<char, payload> bytes{};
  const auto apart = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(payload * 8 / bits_per_second));
  const auto rounds = static_cast<long>(seconds * bits_per_second / (payload * 8));
  auto next = Clock::now();
  for (long i = 0; i < rounds; ++i, next += apart) {
    std::this_thread::sleep_until(next);
    for (const SRTSOCKET viewer : viewers) srt_sendmsg(viewer, bytes.data(), payload, -1, 1);
  }
}

std::vector<SRTSOCKET> accept_all(SRTSOCKET listener, int count) {
  std::vector<SRTSOCKET> viewers;
  while (static_cast<int>(viewers.size()) < count) {
    viewers.push_back(srt_accept(listener, nullptr, nullptr));
    require(viewers.back() != SRT_INVALID_SOCK, "accepting");
  }
  return viewers;
}

void measure(int count, double bits_per_second, double seconds) {
  std::array<int, 2> ports{}, results{};
  require(pipe(ports.data()) == 0 && pipe(results.data()) == 0, "a pipe");
  const pid_t child = fork();
  require(child >= 0, "a process");
  if (child == 0) run_viewers(count, ports[0], results[1]);

  srt_startup();
  srt_setloglevel(SRT_LOG_LEVEL_MIN);
  const SRTSOCKET listener = make_socket();
  sockaddr_in name = loopback(0);
  int length = sizeof name;
  require(srt_bind(listener, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 &&
              srt_listen(listener, count) == 0 &&
              srt_getsockname(listener, reinterpret_cast<sockaddr*>(&name), &length) == 0,
          "listening");
  const std::uint16_t port = ntohs(name.sin_port);
  require(write(ports[1], &port, sizeof port) == sizeof port, "the pipe");
  const std::vector<SRTSOCKET> viewers = accept_all(listener, count);

  const double before = process_cpu_seconds();
  stream(viewers, bits_per_second, seconds);
  std::this_thread::sleep_for(std::chrono::seconds(1));  // the receivers' latency
  const double cpu = process_cpu_seconds() - before;
  for (const SRTSOCKET viewer : viewers) srt_close(viewer);
  std::uint64_t bytes = 0;
  require(read(results[0], &bytes, sizeof bytes) == sizeof bytes, "the result");
  waitpid(child, nullptr, 0);
  srt_close(listener);
  const nlohmann::json line{{"viewers", count}, {"cpu", cpu}, {"bytes", bytes}};
  fmt::print("{}\n", line.dump());
  std::fflush(stdout);
  _exit(0);  // srt_cleanup takes seconds
}

}  // namespace
}  // namespace avocet::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: bench_srt VIEWERS BITS_PER_SECOND SECONDS\n", stderr);
    return 2;
  }
  avocet::bench::measure(std::atoi(argv[1]), std::atof(argv[2]), std::atof(argv[3]));
}
