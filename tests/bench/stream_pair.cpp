#include "tests/bench/stream_pair.hpp"

#include <cstdlib>

#include "endpoints/drive/clock.hpp"
#include "tests/bench/measure.hpp"
#include "tests/support/count_allocations.hpp"
#include "tests/support/credentials.hpp"

namespace avocet::bench {
namespace {

constexpr TrackId video{1};
/// A 2.5 Mbit/s stream of 30 frames a second, its key frames six times as large.
constexpr std::size_t delta_size = 9'000, key_size = 54'000;
constexpr std::uint64_t frames_per_key = 30;

drive::UdpSocket must(std::expected<drive::UdpSocket, std::string> socket) {
  if (!socket) std::abort();
  return std::move(*socket);
}

session::ListenerConfig listener_config(DataRate rate) {
  session::ListenerConfig config;
  config.session.initial_rate = config.session.max_rate = rate;
  return config;
}

template <class Work>
void charge(Cost& cost, Work&& work) {
  const std::size_t allocated = allocations;
  cost.cpu += cpu_of(work);
  cost.allocations += allocations - allocated;
}

}  // namespace

StreamPair::StreamPair(DataRate rate)
    : listener_(listener_config(rate), test::server_credentials(1), Entropy::of(2)),
      sender_(send_context_, listener_, must(drive::UdpSocket::bind(PeerAddress::v4(127, 0, 0, 1, 0))),
              {this}),
      client_(session::Session::connect({}, test::client_credentials(3), sender_.socket().local(),
                                        Entropy::of(4), drive::now(), test::calendar)),
      receiver_(receive_context_, client_, must(drive::UdpSocket::connect(sender_.socket().local())), {this}),
      delta_(std::make_shared<Bytes>(delta_size)),
      key_(std::make_shared<Bytes>(key_size)) {
  sender_.start();
  receiver_.start();
}

void StreamPair::run(std::uint64_t datagrams) {
  const std::uint64_t end = sender_.stats().datagrams_out + datagrams;
  while (sender_.stats().datagrams_out < end) {
    if (!step()) charge(sender_cost_, [this] { send_context_.run_one_for(200us); });
  }
}

/// False when neither end had anything to do.
bool StreamPair::step() {
  std::size_t done = 0;
  charge(sender_cost_, [&] { done += send_context_.poll(); });
  charge(receiver_cost_, [&] { done += receive_context_.poll(); });
  return done > 0;
}

void StreamPair::fill(Time now) {
  session::Session& session = *listener_.touch(session_);
  for (;; ++next_frame_) {
    const bool key = next_frame_ % frames_per_key == 0;
    const media::Frame frame{.number = FrameNumber{next_frame_},
                             .pts = static_cast<std::int64_t>(next_frame_),
                             .duration = 1,
                             .key = key,
                             .payload = key ? key_ : delta_};
    if (session.send(now, video, frame, std::nullopt) != session::Admission::accepted) return;
  }
}

void StreamPair::SenderHandler::operator()(session::Listener::Output&& output, Time now) const {
  const auto& told = std::get<session::Listener::SessionEvent>(output);
  if (std::holds_alternative<session::Connected>(told.event)) {
    pair->session_ = told.session;
    pair->listener_.touch(told.session)->open_track(video, {});
    pair->fill(now);
  } else if (std::holds_alternative<session::MediaWritable>(told.event)) {
    pair->fill(now);
  } else if (std::holds_alternative<session::Closed>(told.event)) {
    std::abort();
  }
}

void StreamPair::ReceiverHandler::operator()(session::Output&& output, Time) const {
  const auto& event = std::get<session::Event>(output);
  if (std::holds_alternative<session::FrameReceived>(event)) ++pair->frames_received_;
}

}  // namespace avocet::bench
