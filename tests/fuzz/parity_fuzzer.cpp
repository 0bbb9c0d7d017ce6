#include <cstdlib>
#include <vector>

#include "protocol/media/media_sender.hpp"
#include "protocol/media/reassembler.hpp"

/// A sender and a reassembler; the input says how large frames are, what is lost, reported, cancelled and how
/// time goes. Frames that come out are those that went in, and nothing contradicts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace avocet;
  std::size_t at = 0;
  const auto byte = [&]() -> unsigned { return at < size ? data[at++] : 0u; };
  constexpr TrackId track{1};
  media::MediaSender sender(media::MediaSender::Config{});
  media::Reassembler reassembler(media::Reassembler::Config{});
  sender.open_track(track, {.duplicate = byte() % 4 == 0});
  sender.set_path({byte() * 1ms, byte() % 20 * 1ms, byte() / 512.0});
  Time now{1s};
  std::vector<std::size_t> sizes;
  std::vector<media::Sent> in_flight;
  Bytes room(1171);
  while (at < size) {
    now += byte() % 50 * 1ms;
    const unsigned what = byte();
    if (what % 4 == 0) {
      const auto payload = std::make_shared<Bytes>(byte() * byte(), static_cast<std::byte>(sizes.size()));
      const auto deadline = what % 8 == 0 ? std::optional(now + byte() * 1ms) : std::nullopt;
      media::Frame frame{.number = FrameNumber{sizes.size()}, .key = what % 16 == 0, .payload = payload};
      sender.send(now, track, frame, deadline);
      sizes.push_back(payload->size());
    } else if (what % 4 == 1) {
      wire::Writer packet(room);
      media::Sent sent;
      const bool wrote = what % 32 == 1 ? sender.write_probe_parity(now, packet, sent)
                                        : sender.write_next(now, packet, sent);
      if (!wrote) continue;
      in_flight.push_back(sent);
      if (what % 3 == 0) continue;  // lost
      const auto error = wire::read_all<wire::Frames>(packet.written(), [&]<class F>(const F& frame) {
        if constexpr (std::is_same_v<F, wire::Media>) reassembler.on_media(now, frame);
        if constexpr (std::is_same_v<F, wire::Parity>) reassembler.on_parity(now, frame);
      });
      if (error.fault != wire::Fault::none) std::abort();
    } else if (what % 4 == 2 && !in_flight.empty()) {
      const std::size_t which = byte() % in_flight.size();
      const media::Sent sent = in_flight[which];
      in_flight.erase(in_flight.begin() + static_cast<std::ptrdiff_t>(which));
      if (sent.parity && what % 8 == 2) sender.on_parity_acked(track, sent.fragment, sent.row);
      if (sent.parity && what % 8 == 6) sender.on_parity_lost(now, track, sent.fragment, sent.row);
      if (!sent.parity && what % 8 == 2) sender.on_acked(track, sent.fragment);
      if (!sent.parity && what % 8 == 6) sender.on_lost(now, track, sent.fragment);
    } else if (what == 255) {
      sender.cancel(track, FrameNumber{byte()});
    }
    while (const auto completed = reassembler.next()) {
      const std::uint64_t n = completed->frame.number.value;
      if (n >= sizes.size() || completed->frame.size() != sizes[n]) std::abort();
      for (std::byte b : *completed->frame.payload) {
        if (b != static_cast<std::byte>(n)) std::abort();
      }
    }
  }
  if (reassembler.counters().contradictions != 0) std::abort();
  return 0;
}
