#include "tests/bench/stream_pair.hpp"

#include <asio/post.hpp>
#include <cstdlib>
#include <future>

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
  config.session.max_datagram = wire::base_datagram;  // which the figures are about
  return config;
}

}  // namespace

StreamPair::StreamPair(DataRate rate)
    : listener_(listener_config(rate), test::server_credentials(1), Entropy::of(2)),
      sender_(sending_.context, listener_, must(drive::UdpSocket::bind(PeerAddress::v4(127, 0, 0, 1, 0))),
              {this}),
      client_(session::Session::connect({}, test::client_credentials(3), sender_.socket().local(),
                                        Entropy::of(4), drive::now(), test::calendar)),
      receiver_(receiving_.context, client_, must(drive::UdpSocket::connect(sender_.socket().local())),
                {this}),
      delta_(std::make_shared<Bytes>(delta_size)),
      key_(std::make_shared<Bytes>(key_size)) {
  sender_.start();
  receiver_.start();
  for (End* end : {&sending_, &receiving_}) {
    end->thread = std::jthread([end] { end->context.run(); });
  }
  while (!connected_) std::this_thread::sleep_for(1ms);
}

StreamPair::~StreamPair() {
  ask(sending_, [this] { sender_.close(); });
  ask(receiving_, [this] { receiver_.close(); });
  for (End* end : {&sending_, &receiving_}) {
    end->context.stop();
    end->thread.join();
  }
}

/// Does `work` on the end's thread, and notes what the thread has cost.
template <class Work>
void StreamPair::ask(End& end, Work&& work) {
  std::promise<void> done;
  asio::post(end.context, [&] {
    work();
    end.cost.cpu = thread_cpu_seconds();
    end.cost.allocations = allocations;
    done.set_value();
  });
  done.get_future().wait();
}

void StreamPair::run(std::uint64_t frames) {
  ask(sending_, [&] {
    end_ += frames;
    sender_.call([this](Time now) { fill(now); });
  });
  while (frames_received_ < end_) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(50ms);  // the last acknowledgements
  ask(sending_, [this] {
    sending_.cost.datagrams = sender_.stats().datagrams_out;
    sending_.cost.writes = sender_.stats().writes;
  });
  ask(receiving_, [this] {
    receiving_.cost.datagrams = receiver_.stats().datagrams_in;
    receiving_.cost.writes = receiver_.stats().writes;
  });
}

void StreamPair::fill(Time now) {
  session::Session& session = *listener_.touch(session_);
  for (; next_frame_ < end_; ++next_frame_) {
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
    pair->connected_ = true;
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
