#include <benchmark/benchmark.h>

#include "protocol/crypto/aead.hpp"
#include "protocol/crypto/context.hpp"

// Sealing and opening one datagram of the given size in place (13 bytes of header, a tag at its end). With
// 1200 bytes the cipher alone is the limit of the whole protocol on the reference platform.

namespace avocet::crypto {
namespace {

constexpr std::size_t header_size = 13;

struct Datagram {
  explicit Datagram(std::size_t size) : bytes(size) {}
  ByteView header() const { return ByteView(bytes).first(header_size); }
  ByteSpan body() { return ByteSpan(bytes).subspan(header_size); }
  Bytes bytes;
};

PacketKey zero_key() { return {}; }

void seal(benchmark::State& state) {
  const Context context(Entropy::of(1));
  Datagram datagram(static_cast<std::size_t>(state.range(0)));
  Sealer sealer(context, zero_key());
  for (PacketNumber number{0}; auto _ : state) {
    if (!sealer.seal(number, datagram.header(), datagram.body())) {  // the key's limit
      sealer = Sealer(context, zero_key());
      number = {0};
    }
    ++number;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(seal)->Arg(100)->Arg(1200)->Arg(1452);

void open(benchmark::State& state) {
  const Context context(Entropy::of(1));
  Datagram sealed(static_cast<std::size_t>(state.range(0))), datagram = sealed;
  if (!Sealer(context, zero_key()).seal({0}, sealed.header(), sealed.body()))
    state.SkipWithError("cannot seal");
  Opener opener(context, zero_key());
  for (auto _ : state) {
    std::ranges::copy(sealed.bytes, datagram.bytes.begin());  // some 20 ns, counted
    if (!opener.open({0}, datagram.header(), datagram.body())) state.SkipWithError("cannot open");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(open)->Arg(100)->Arg(1200)->Arg(1452);

}  // namespace
}  // namespace avocet::crypto
