#pragma once

#include "protocol/service/service.hpp"

namespace avocet::service {

/// What the shards tell each other, message by message. Lives for one message. What is about a session, title
/// or name that has gone meanwhile is ignored.
struct Service::FromShards {
  Service& service;
  ShardId from;
  Time now;

  // Of shard 0: for the registry.
  template <class T>
    requires requires(Registry& registry, T&& message, Registry::Orders& orders) {
      registry.take(std::move(message), orders);
    }
  void operator()(T&& message) {
    if (!service.registry_) return;
    Registry::Orders orders;
    service.registry_->take(std::move(message), orders);
    for (ToShard& order : orders) service.post(order.to, std::move(order.message));
  }

  void operator()(shard::Admitted&&);
  void operator()(shard::Denied&&);
  void operator()(shard::Supersede&&);
  void operator()(shard::UserCame&&);
  void operator()(shard::UserWent&&);
  void operator()(shard::TitleOpened&&);
  void operator()(shard::TitleClosed&&);
  void operator()(shard::Watch&&);
  void operator()(shard::Recent&&);
  void operator()(shard::LiveFrame&&);
  void operator()(shard::Usable&&);
  void operator()(shard::KeyFrameWanted&&);
  void operator()(shard::Viewing&&);
  void operator()(shard::Tell&&);

 private:
  Stage* stage(const Source&);
  void directory_changed();
};

}  // namespace avocet::service
