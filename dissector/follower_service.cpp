#include "dissector/follower.hpp"
#include "dissector/service_follower.hpp"

namespace avocet::dissector {

void Follower::take_service_messages(ByteStream& stream) {
  while (!stream.ready().empty()) {
    const ByteView ready = stream.ready();
    const auto extent = wire::next_message(ready, wire::max_service_message);
    if (extent && !*extent) return;
    bool understood = false;
    std::size_t size = 0;
    if (extent) {
      size = (*extent)->header + (*extent)->body;
      ServiceFollower follower(connection_, sender_, seen_, record_, frame_);
      const auto error = wire::read_message<wire::ServiceMessages>(
          (*extent)->type, ready.subspan((*extent)->header, (*extent)->body),
          [&](const auto& message) { follower.on_message(message); });
      understood = error.fault == wire::Fault::none;
    }
    if (!understood) {
      // A capture that began midway may have begun within a message.
      if (connection_.from_the_beginning())
        judge(Finding::malformed, "No service message begins here (AV-SVC-2)");
      stream.skip_to_next_frame();
      continue;
    }
    record_.assembled.push_back(
        {frame_, Assembled::What::service,
         std::make_shared<Bytes>(ready.begin(), ready.begin() + static_cast<std::ptrdiff_t>(size))});
    stream.consume(size);
  }
}

}  // namespace avocet::dissector
