#pragma once

#include <deque>
#include <map>
#include <random>
#include <vector>

#include "tests/unit/service/house.hpp"

namespace avocet::test {

/// Several shards of one server. What one tells another arrives in its order and not at once; which pair has
/// its turn next is the seed's choice.
struct Street {
  Street(std::size_t shards, std::uint64_t seed) : random(seed) {
    for (std::size_t i = 0; i < shards; ++i) {
      ServiceConfig config{.shard = {static_cast<std::uint8_t>(i)},
                           .shards = static_cast<std::uint16_t>(shards)};
      houses.push_back(std::make_unique<House>(config));
    }
  }

  House& operator[](std::size_t shard) { return *houses[shard]; }
  Time now() const { return houses[0]->now; }

  House::Client join(std::size_t shard, const std::string& name, std::uint64_t key) {
    House::Client client = houses[shard]->join(name, key);
    settle();
    return client;
  }
  template <class T>
  void tell(std::size_t shard, const House::Client& client, const T& message) {
    houses[shard]->tell(client, message);
  }

  /// Until nobody has anything to tell another.
  void settle() {
    while (carry_one()) {
    }
  }
  void carry_some() {
    for (std::uint64_t n = random() % 8; n > 0; --n) carry_one();
  }
  /// Time passes for all. Messages are carried before and after unless `lazy`.
  void run(Duration span) {
    if (!lazy) settle();
    for (auto& house : houses) house->run(span);
    if (!lazy) settle();
  }

  /// How many messages of a type have been carried.
  template <class T>
  std::size_t carried() const {
    return counts[shard::Message(T{}).index()];
  }

  std::mt19937_64 random;
  bool lazy = false;

 private:
  void collect() {
    for (std::size_t from = 0; from < houses.size(); ++from) {
      houses[from]->drain();
      std::erase_if(houses[from]->events, [&](ServerEvent& event) {
        const auto* out = std::get_if<ToShard>(&event);
        if (out == nullptr) return false;
        for (std::size_t to = 0; to < houses.size(); ++to) {
          if (out->to ? out->to->value == to : to != from) ways[{from, to}].push_back(out->message);
        }
        return true;
      });
    }
    std::erase_if(ways, [](const auto& way) { return way.second.empty(); });
  }
  bool carry_one() {
    collect();
    if (ways.empty()) return false;
    const auto way = std::next(ways.begin(), static_cast<std::ptrdiff_t>(random() % ways.size()));
    const auto [from, to] = way->first;
    shard::Message message = std::move(way->second.front());
    way->second.pop_front();
    ++counts[message.index()];
    houses[to]->service.on_shard(now(), {static_cast<std::uint8_t>(from)}, std::move(message));
    houses[to]->drain();
    return true;
  }

  std::vector<std::unique_ptr<House>> houses;
  std::map<std::pair<std::size_t, std::size_t>, std::deque<shard::Message>> ways;
  std::array<std::size_t, std::variant_size_v<shard::Message>> counts{};
};

}  // namespace avocet::test
