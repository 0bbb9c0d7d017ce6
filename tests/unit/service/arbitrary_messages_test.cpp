#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/service/tracks.hpp"
#include "tests/support/generate.hpp"
#include "tests/unit/service/house.hpp"

namespace avocet::test {
namespace {

/// Clients that say anything the wire can carry, in any order; the numbers in it often mean something.
struct Chaos {
  explicit Chaos(std::uint64_t seed) : generator(seed) {
    house.service.set_catalogue({House::title("clip"), House::title("short", 2)});
    for (std::uint64_t i = 0; i < 3; ++i) clients.push_back(house.join("user" + std::to_string(i), i));
  }

  void step() {
    const House::Client& client = clients[pick(clients.size())];
    switch (pick(12)) {
      case 0: house.run(std::chrono::milliseconds(pick(300))); break;
      case 1: client.port->now_path.target = DataRate::kbps(static_cast<double>(1 + pick(20'000))); break;
      case 2: client.port->deliver_all(); break;
      case 3: house.service.ready(house.now, client.id); break;
      case 4: media(client); break;
      case 5: client.port->blocked = pick(4) == 0; break;
      default: message(client, pick(21)); break;
    }
    house.drain();
  }

 private:
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(generator.numbers.below(n)); }

  void message(const House::Client& client, std::size_t which) {
    std::size_t i = 0;
    wire::ServiceMessages::for_each([&]<class T>(std::type_identity<T>) {
      if (i++ != which) return;
      T value = generator.make<T>();
      if constexpr (requires { value.play = wire::PlayId{}; }) value.play = wire::PlayId{play()};
      if constexpr (std::is_same_v<T, wire::Play>) {
        value.play.value = ++next;
        value.title = std::array{"clip", "short", "live", "none"}[pick(4)];
        if (pick(4) != 0) value.rendition.clear(), value.cap.clear();
      }
      if constexpr (std::is_same_v<T, wire::Publish>) {
        value.play.value = ++next;
        value.title = "live";
        if (pick(3) != 0) {
          value.tracks.clear();
          for (std::uint32_t n = 0; n < 4; ++n)
            value.tracks.push_back(to_wire(House::tracks()[n], TrackId{n + 1}));
        }
      }
      if constexpr (requires { value.generation; }) value.generation = static_cast<std::uint32_t>(pick(4));
      // What ends the session at once is said seldom, or nothing else would be.
      if constexpr (std::is_same_v<T, wire::Join>) value = house.join_message(client, value.name);
      house.tell(client, value);
    });
  }
  void media(const House::Client& client) {
    const std::uint64_t n = pick(40);
    house.service.frame(house.now, client.id, TrackId{static_cast<std::uint32_t>(pick(6))},
                        {.number = {n},
                         .pts = static_cast<std::int64_t>(generator.numbers.next()),
                         .capture = static_cast<std::int64_t>(generator.numbers.of_bits(63)),
                         .key = n % 10 == 0,
                         .payload = std::make_shared<const Bytes>(pick(2000))},
                        house.now);
  }
  std::uint32_t play() {
    return static_cast<std::uint32_t>(pick(8) == 0 ? generator.numbers.next() : 1 + pick(next + 1));
  }

 public:
  Generator generator;
  House house;
  std::vector<House::Client> clients;
  std::uint32_t next = 0;
};

// AV-ERR-7, AV-ERR-8
RC_GTEST_PROP(ArbitraryMessages, NothingBreaksAndBoundsHold, (std::uint64_t seed)) {
  Chaos chaos(seed);
  for (int i = 0; i < 300; ++i) {
    chaos.step();
    RC_ASSERT(chaos.house.service.plays() <= chaos.clients.size() * ServiceLimits{}.plays_per_user);
    RC_ASSERT(chaos.house.service.users() <= chaos.clients.size());
    const auto due = chaos.house.service.due();
    RC_ASSERT(!due || *due > chaos.house.now - 1s);
  }
  for (const auto& client : chaos.clients) {
    chaos.house.service.closed(chaos.house.now, client.id, wire::CloseCode::idle, "", false);
  }
  RC_ASSERT(chaos.house.service.plays() == 0u);
  RC_ASSERT(chaos.house.service.users() == 0u);
}

}  // namespace
}  // namespace avocet::test
