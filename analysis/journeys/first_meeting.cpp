#include "analysis/journeys/first_meeting.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "analysis/capture/capture_file.hpp"
#include "analysis/connections/capture_reading.hpp"

namespace avocet::analysis {
namespace {

constexpr std::size_t looked_at = 200'000;

/// A sealed packet by what is in clear of it.
std::uint64_t name_of(const Packet& packet) {
  const std::uint64_t low = packet.number->value & 0xffff'ffff;
  return packet.id.value ^ (low * 0x9e37'79b9'7f4a'7c15u);
}

/// Remembers when packets passed, by name.
class Remember final : public PacketListener {
 public:
  void on_packet(Connection&, Side from, const Sighting& seen, const Packet& packet,
                 const NumberTrack::Seen& number) override {
    if (packet.kind != wire::PacketKind::protected_ || number.kind == NumberTrack::Kind::stray) return;
    passed.try_emplace(name_of(packet), from, seen.at);
  }
  std::unordered_map<std::uint64_t, std::pair<Side, Time>> passed;
};

struct Beginning {
  Remember packets;
  std::int64_t origin = 0;
};

std::expected<void, std::string> read(const std::string& name, const std::vector<std::uint16_t>& ports,
                                      Beginning& out) {
  auto file = capture::CaptureFile::open(name);
  if (!file) return std::unexpected(file.error());
  CaptureReading reading(&out.packets);
  for (const std::uint16_t port : ports) reading.connections().also_port(port);
  for (std::size_t i = 0; i < looked_at; ++i) {
    const auto record = file->next();
    if (!record) break;
    reading.read(*record);
  }
  out.origin = reading.clock().origin();
  return {};
}

}  // namespace

std::expected<FirstMeeting, std::string> first_meeting(const std::string& first, const std::string& second,
                                                       const std::vector<std::uint16_t>& ports) {
  Beginning one, two;
  if (const auto good = read(first, ports, one); !good) return std::unexpected(good.error());
  if (const auto good = read(second, ports, two); !good) return std::unexpected(good.error());
  std::array<std::optional<std::int64_t>, 2> least;  // from the first capture to the second, by who sends
  for (const auto& [name, passed] : two.packets.passed) {
    const auto found = one.packets.passed.find(name);
    if (found == one.packets.passed.end()) continue;
    const std::int64_t way = (passed.second - found->second.second).count() + two.origin - one.origin;
    auto& known = least[static_cast<std::size_t>(passed.first)];
    // Those from the client go the other way, so that the quickest has the largest difference.
    const bool client = passed.first == Side::client;
    known = !known ? way : client ? std::max(*known, way) : std::min(*known, way);
  }
  FirstMeeting out{.met = least[0] || least[1]};
  if (least[0] && least[1]) {
    out.first_is_server = *least[1] >= *least[0];
    out.ahead = *least[0] + (*least[1] - *least[0]) / 2;
  } else if (out.met) {
    out.ahead = least[0] ? *least[0] : *least[1];
  }
  return out;
}

}  // namespace avocet::analysis
