#include <cstdlib>

#include "protocol/media/reassembler.hpp"

/// MEDIA and PARITY frames of a peer that means ill: whatever comes, the bytes held stay under the bound, and
/// every frame that comes out is as long as it may be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace avocet;
  constexpr std::size_t bound = 64 << 10;
  media::Reassembler reassembler({.max_pending = bound});
  Time now{1s};
  const auto input = std::as_bytes(std::span(data, size));
  std::size_t frames = 0;
  wire::read_all<wire::Registry<wire::Padding, wire::Ping, wire::Media, wire::Parity>>(
      input, [&]<class F>(const F& frame) {
        now += 1ms;
        if constexpr (std::is_same_v<F, wire::Media>) reassembler.on_media(now, frame);
        if constexpr (std::is_same_v<F, wire::Parity>) reassembler.on_parity(now, frame);
        if constexpr (std::is_same_v<F, wire::Ping>) reassembler.expire(now - 5ms);
        if (reassembler.bytes_held() > bound) std::abort();
        if (++frames % 3 != 0) return;
        while (const auto completed = reassembler.next()) {
          if (completed->frame.size() > wire::max_frame_size) std::abort();
        }
      });
  return 0;
}
