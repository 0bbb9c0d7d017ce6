#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "protocol/service/server_config.hpp"
#include "protocol/service/shard_messages.hpp"

namespace avocet::service {

/// The one place that knows whose a name is, and which live titles there are. Lives on shard 0, and is
/// reached by messages only, from there too. Each call appends what follows from it, in the order in which it
/// must be told; with nobody named it is for all shards.
class Registry {
 public:
  explicit Registry(const ServiceLimits& limits) : limits_(limits) {}

  using Orders = std::vector<ToShard>;
  void take(shard::Arrive&&, Orders&);
  void take(const shard::Depart&, Orders&);
  void take(shard::Offer&&, Orders&);
  void take(shard::Withdraw&&, Orders&);

 private:
  struct User {
    Place place;
    Bytes key;
    std::string looks;  // skeleton of the name
  };
  std::optional<Refusal> problem_of(const shard::Arrive&) const;
  std::optional<Refusal> problem_of(const shard::Offer&) const;

  ServiceLimits limits_;
  std::map<std::string, User, std::less<>> users_;
  std::map<std::string, Source, std::less<>> titles_;
};

}  // namespace avocet::service
