#include "analysis/journeys/pair_reading.hpp"

#include <fmt/format.h>

#include <utility>

namespace avocet::analysis {

std::expected<PairReading, std::string> PairReading::open(const std::string& first, const std::string& second,
                                                          const std::vector<std::uint16_t>& ports,
                                                          PacketListener* of_viewer) {
  if (first == "-" || second == "-")
    return std::unexpected("two captures are read twice: give both as files, not on the standard input");
  const auto meeting = first_meeting(first, second, ports);
  if (!meeting) return std::unexpected(meeting.error());
  if (!meeting->met) {
    return std::unexpected(fmt::format(
        "{} and {} have no packet of an Avocet connection in common; are they of the same session "
        "and time? (--port says which ports are ours besides 4747)",
        first, second));
  }
  auto server = capture::CaptureFile::open(meeting->first_is_server ? first : second);
  auto viewer = capture::CaptureFile::open(meeting->first_is_server ? second : first);
  if (!server) return std::unexpected(server.error());
  if (!viewer) return std::unexpected(viewer.error());
  return PairReading({std::move(*server), std::move(*viewer)},
                     meeting->first_is_server ? meeting->ahead : -meeting->ahead, ports, of_viewer);
}

PairReading::PairReading(std::array<capture::CaptureFile, 2> files, std::int64_t ahead,
                         const std::vector<std::uint16_t>& ports, PacketListener* of_viewer)
    : ahead_(ahead), files_(std::move(files)), next_{files_[0].next(), files_[1].next()} {
  journeys_ = std::make_unique<JourneyTable>(next_[1] ? next_[1]->at : 0, ahead);
  for (const CaptureSide side : {CaptureSide::server, CaptureSide::viewer}) {
    const std::size_t i = index(side);
    taps_[i] = std::make_unique<Tap>(side, *journeys_, side == CaptureSide::viewer ? of_viewer : nullptr);
    readings_[i] = std::make_unique<CaptureReading>(taps_[i].get());
    taps_[i]->listen_to(*readings_[i]);
    for (const std::uint16_t port : ports) readings_[i]->connections().also_port(port);
  }
}

bool PairReading::read_next() {
  if (!next_[0] && !next_[1]) return false;
  const bool server = next_[0] && (!next_[1] || next_[0]->at + ahead_ <= next_[1]->at);
  const std::size_t i = server ? 0 : 1;
  readings_[i]->read(*next_[i]);
  next_[i] = files_[i].next();
  return true;
}

void PairReading::Tap::on_packet(Connection& connection, Side from, const Sighting& seen,
                                 const Packet& packet, const NumberTrack::Seen& number) {
  const std::int64_t at = reading_->clock().origin() + seen.at.time_since_epoch().count();
  journeys_.passed(side_, connection, from, at, seen, packet, number);
  if (next_ != nullptr) next_->on_packet(connection, from, seen, packet, number);
}

}  // namespace avocet::analysis
