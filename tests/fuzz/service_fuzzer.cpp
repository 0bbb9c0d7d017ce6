#include <cstddef>
#include <cstdint>
#include <memory>

#include "tests/unit/service/house.hpp"

/// A service of which two users say whatever the bytes spell. The first byte of each chunk says who and how
/// long it is; time passes in between.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace avocet;
  test::House house;
  house.service.set_catalogue({test::House::title("clip")});
  const test::House::Client users[] = {house.join("ada", 1), house.join("bob", 2)};
  while (size > 1) {
    const std::size_t length = std::min<std::size_t>(data[0] >> 1, size - 1);
    house.service.received(house.now, users[data[0] & 1].id, std::as_bytes(std::span(data + 1, length)));
    house.drain();
    house.run(std::chrono::milliseconds(20));
    users[data[0] & 1].port->deliver_all();
    data += length + 1;
    size -= length + 1;
  }
  for (const auto& user : users) house.service.closed(house.now, user.id, wire::CloseCode::idle, "", false);
  return house.service.plays() == 0 && house.service.users() == 0 ? 0 : -1;
}
