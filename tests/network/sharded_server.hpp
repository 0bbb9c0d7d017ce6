#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "protocol/service/server.hpp"
#include "tests/support/credentials.hpp"

namespace avocet::test {

/// The shards of one server behind one address, driven as one thing. Peers are divided among them by address;
/// what one tells another takes a moment of its own.
class ShardedServer {
 public:
  ShardedServer(std::size_t shards, service::ServerConfig config, std::uint64_t seed) {
    config.listener.shards = static_cast<std::uint16_t>(shards);
    config.listener.keys = session::ListenerKeys::make(Entropy::of(seed + 2));
    for (std::size_t i = 0; i < shards; ++i) {
      config.listener.shard = static_cast<std::uint8_t>(i);
      shards_.push_back(std::make_unique<service::Server>(config, server_credentials(seed),
                                                          Entropy::of(seed + 1 + (i << 32)), calendar));
    }
  }

  using Output = service::Server::Output;

  void receive(Time now, session::Datagram datagram) {
    shards_[(datagram.from.port + shift_) % shards_.size()]->receive(now, datagram);
  }
  void wake(Time now) {
    for (auto& shard : shards_) shard->wake(now);
  }
  Output poll(Time now, ByteSpan room, std::size_t max_segments) {
    for (;;) {
      deliver(now);
      session::Wake wake{mail_.empty() ? std::nullopt : std::optional(mail_.front().at), "mail"};
      bool moved = false;
      for (polled_ = 0; polled_ < shards_.size(); ++polled_) {
        Output output = shards_[polled_]->poll(now, room, max_segments);
        if (const auto* at = std::get_if<session::Wake>(&output)) {
          if (at->at && (!wake.at || *at->at < *wake.at)) wake = *at;
        } else if (!carry(now, output)) {
          return output;
        } else {
          moved = true;
        }
      }
      if (!moved) return wake;
    }
  }

  /// Of the shard that asked last.
  void supply(Time now, const service::SegmentRequest& request, media::SharedSegment segment) {
    shards_[polled_]->supply(now, request, std::move(segment));
  }
  void set_catalogue(const std::vector<service::StoredTitle>& titles) {
    for (auto& shard : shards_) shard->set_catalogue(titles);
  }
  void drain(Time now, std::string_view reason, Time until) {
    for (auto& shard : shards_) shard->drain(now, reason, until);
  }
  /// From now on peers reach other shards than before.
  void divide_anew() { ++shift_; }

  service::Server& shard(std::size_t i) { return *shards_[i]; }
  std::size_t users() const { return shards_[0]->users(); }
  std::size_t plays() const { return sum(&service::Server::plays); }
  std::size_t sessions() const { return sum(&service::Server::sessions); }
  std::size_t messages() const { return messages_; }
  std::size_t forwarded() const { return forwarded_; }

 private:
  static constexpr Duration transfer = 30us;

  struct Letter {
    Time at;
    std::size_t from, to;
    service::shard::Message message;
  };

  /// True when the output was for another shard.
  bool carry(Time now, Output& output) {
    auto* event = std::get_if<service::ServerEvent>(&output);
    if (event == nullptr) return false;
    if (auto* order = std::get_if<service::ToShard>(event)) {
      for (std::size_t to = 0; to < shards_.size(); ++to) {
        if (order->to ? order->to->value == to : to != polled_)
          mail_.push_back({now + transfer, polled_, to, order->message}), ++messages_;
      }
      return true;
    }
    if (const auto* forward = std::get_if<session::Forward>(event)) {
      ++forwarded_;
      Bytes bytes(forward->bytes.begin(), forward->bytes.end());
      shards_[forward->shard]->receive(now, {.from = forward->from,
                                             .to = forward->to,
                                             .ecn = forward->ecn,
                                             .arrived = forward->arrived,
                                             .bytes = bytes});
      return true;
    }
    return false;
  }
  void deliver(Time now) {
    while (!mail_.empty() && mail_.front().at <= now) {
      Letter letter = std::move(mail_.front());
      mail_.pop_front();
      shards_[letter.to]->on_shard(now, {static_cast<std::uint8_t>(letter.from)}, std::move(letter.message));
    }
  }
  template <class Figure>
  std::size_t sum(Figure figure) const {
    std::size_t all = 0;
    for (const auto& shard : shards_) all += ((*shard).*figure)();
    return all;
  }

  std::vector<std::unique_ptr<service::Server>> shards_;
  std::deque<Letter> mail_;
  std::size_t polled_ = 0, shift_ = 0, messages_ = 0, forwarded_ = 0;
};

}  // namespace avocet::test
