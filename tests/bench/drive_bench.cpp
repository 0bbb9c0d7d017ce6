// CPU of 1200-byte datagrams on loopback, sender and receiver together, by the length of the runs that are
// handed to the kernel; `items_per_second` counts datagrams. The last compares the loop with the bare socket.

#include <benchmark/benchmark.h>

#include <cstdlib>

#include "endpoints/drive/loop.hpp"

namespace avocet::drive {
namespace {

constexpr std::size_t size = 1200;
constexpr PeerAddress loopback = PeerAddress::v4(127, 0, 0, 1, 0);

UdpSocket must(std::expected<UdpSocket, std::string> socket) {
  if (!socket) std::abort();
  return std::move(*socket);
}

void drain(UdpSocket& receiver, ReceiveBatch& batch, std::size_t bytes) {
  for (std::size_t got = 0; got < bytes;) {
    for (const Received& run : receiver.receive(batch)) got += run.bytes.size();
  }
}

void send_and_receive(benchmark::State& state, bool offload) {
  const auto run = static_cast<std::size_t>(state.range(0));
  UdpSocket receiver = must(UdpSocket::bind(loopback, {.offload = offload}));
  UdpSocket sender = must(UdpSocket::connect(receiver.local(), {.offload = offload}));
  const Bytes bytes(run * size);
  ReceiveBatch batch;
  for (auto _ : state) {
    sender.send({}, bytes, size);
    drain(receiver, batch, bytes.size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(run));
}
void segmented(benchmark::State& state) { send_and_receive(state, true); }
void plain(benchmark::State& state) { send_and_receive(state, false); }
BENCHMARK(plain)->Arg(1)->Arg(9)->Arg(40);
BENCHMARK(segmented)->Arg(1)->Arg(4)->Arg(9)->Arg(40);

/// Has eight runs to send at each call, without sealing: what the loop itself adds to the socket.
class Source {
 public:
  using Output = std::variant<session::Transmit, session::Wake>;
  explicit Source(std::size_t run) : run_(run) {}

  void receive(Time, session::Datagram) {}
  void wake(Time) {}
  Output poll(Time, ByteSpan, std::size_t) {
    if (left == 0) return session::Wake{};
    --left;
    return session::Transmit{.to = {}, .from = {}, .size = run_ * size, .segment = size};
  }
  int left = 0;

 private:
  std::size_t run_;
};

void through_the_loop(benchmark::State& state) {
  const auto run = static_cast<std::size_t>(state.range(0));
  UdpSocket sink = must(UdpSocket::bind(loopback));
  asio::io_context context(1);
  Source source(run);
  const auto ignore = [](auto&&, Time) {};
  Loop<Source, decltype(ignore)> loop(context, source, must(UdpSocket::connect(sink.local())), ignore);
  loop.start();
  ReceiveBatch batch;
  for (auto _ : state) {
    loop.call([&](Time) { source.left = 8; });
    drain(sink, batch, 8 * run * size);
  }
  state.SetItemsProcessed(state.iterations() * 8 * static_cast<std::int64_t>(run));
}
BENCHMARK(through_the_loop)->Arg(1)->Arg(9)->Arg(40);

}  // namespace
}  // namespace avocet::drive
