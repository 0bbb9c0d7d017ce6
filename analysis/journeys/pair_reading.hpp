#pragma once

#include <array>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "analysis/capture/capture_file.hpp"
#include "analysis/journeys/first_meeting.hpp"
#include "analysis/journeys/journey_table.hpp"

namespace avocet::analysis {

/// Reads two captures of the same connections side by side, by their times with the clocks' difference taken
/// off, so that what has to be remembered of one until the other comes to it stays small.
class PairReading {
 public:
  /// In any order: which one is nearer to the server is found out. Both must be files that can be read twice.
  /// `of_viewer` may be null; it is told what the capture nearer to the viewer holds. Ports are ours besides
  /// 4747.
  static std::expected<PairReading, std::string> open(const std::string& first, const std::string& second,
                                                      const std::vector<std::uint16_t>& ports,
                                                      PacketListener* of_viewer);

  /// One more record; false at the end of both.
  bool read_next();
  /// After the last record.
  void finish() { journeys_->finish(); }

  const CaptureReading& reading(CaptureSide side) const { return *readings_[index(side)]; }
  CaptureReading& reading(CaptureSide side) { return *readings_[index(side)]; }
  const capture::CaptureFile& file(CaptureSide side) const { return files_[index(side)]; }
  JourneyTable& journeys() { return *journeys_; }
  const JourneyTable& journeys() const { return *journeys_; }

 private:
  /// Passes what one capture holds on to the journeys, and to the next listener.
  class Tap final : public PacketListener {
   public:
    Tap(CaptureSide side, JourneyTable& journeys, PacketListener* next)
        : side_(side), journeys_(journeys), next_(next) {}
    /// Whose clock makes calendar times of the packets'.
    void listen_to(const CaptureReading& reading) { reading_ = &reading; }
    void on_packet(Connection&, Side from, const Sighting&, const Packet&, const NumberTrack::Seen&) override;

   private:
    const CaptureSide side_;
    JourneyTable& journeys_;
    PacketListener* next_;
    const CaptureReading* reading_ = nullptr;
  };

  PairReading(std::array<capture::CaptureFile, 2>, std::int64_t ahead,
              const std::vector<std::uint16_t>& ports, PacketListener* of_viewer);
  static std::size_t index(CaptureSide side) { return static_cast<std::size_t>(side); }

  std::int64_t ahead_;
  std::array<capture::CaptureFile, 2> files_;
  std::array<std::optional<capture::Record>, 2> next_;
  std::unique_ptr<JourneyTable> journeys_;
  std::array<std::unique_ptr<Tap>, 2> taps_;
  std::array<std::unique_ptr<CaptureReading>, 2> readings_;
};

}  // namespace avocet::analysis
