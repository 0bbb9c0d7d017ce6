#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/journeys/journey.hpp"
#include "analysis/playback/packet_opening.hpp"

namespace avocet::analysis {

/// Values under the names of the registry (analysis/metrics/capture_metrics.hpp), in its units.
using Measures = std::vector<std::pair<std::string_view, double>>;

/// Zero when it was not measured.
double value_of(const Measures&, std::string_view name);
bool measured(const Measures&, std::string_view name);

/// Something that a person should know, why it is believed, and what to do.
struct Finding {
  enum class Weight : std::uint8_t { note, warning, severe };
  std::string_view detector;
  Weight weight = Weight::note;
  std::string what, evidence, advice;
};

/// Values over time; one of each list to a slot.
struct Series {
  double width = 0;                                   ///< of a slot, s
  std::vector<double> rate, loss, round_trip, queue;  ///< bit/s, share, s, s; NaN where nothing was measured
  // On the whole way, as far as it is known:
  std::vector<double> offered, delivered, lost;  ///< bit/s that were sent and that arrived, packets
};

/// One direction between two captures.
struct JourneyAccount {
  Measures measures;                ///< under the names of analysis/metrics/journey_metrics.hpp
  double width = 0;                 ///< of a slot, s
  std::vector<double> delay, loss;  ///< s, share; NaN where nothing was measured
  std::vector<Journey::Loss> losses;
};

struct TrackAccount {
  std::string name;  ///< "720p h264 (track 1)"
  media::Kind kind = media::Kind::video;
  bool told = true;  ///< the message that says what it is was captured; else `kind` is a guess
  Measures measures;
};

struct PlayAccount {
  std::string title;
  bool live = false;
  Measures measures;
  std::vector<PlayView::Switch> switches;
};

/// Packets lost in a row.
struct LossRun {
  std::uint64_t first = 0, count = 0;
  Time at;  ///< when they were missed
};

struct DirectionAccount {
  Measures measures;
  LossRun longest_loss;
  NumberTrack::RunLengths loss_runs{};
  std::array<std::uint64_t, SizeHistogram::borders.size() + 1> sizes{};
  Series series;
  std::vector<PathEvent> events;
  std::vector<TrackAccount> tracks;
  std::optional<JourneyAccount> journey;  ///< when there are two captures
};

struct ConnectionAccount {
  std::string client, server;
  std::vector<std::string> ids;  ///< connection ids that packets bore, in hexadecimal
  bool opened = false;
  Measures measures;
  DirectionAccount up, down;
  std::vector<PlayAccount> plays;
  std::vector<ControlMessage> messages;
  std::string end;  ///< how it ended, if that was seen
  std::vector<Finding> findings;
};

struct FlowAccount {
  std::string name, between;
  Measures measures;
};

/// What holds for two captures as wholes.
struct Between {
  std::string server_file, viewer_file;  ///< the capture nearer to the server, and that nearer to the viewer
  std::string trouble;                   ///< why the server's could not be read to its end
  Measures measures;                     ///< of the clocks
};

/// All that is said about a capture, as plain values: whoever prints it decides nothing.
struct Account {
  std::string file, trouble;  ///< trouble: why the file could not be read to its end
  std::int64_t began = 0;     ///< ns since 1970
  Measures measures;
  capture::DecoderCounters decoded;
  std::uint64_t keys = 0;  ///< connections that the key log names
  std::vector<ConnectionAccount> connections;
  std::vector<FlowAccount> flows;  ///< the largest 100
  std::size_t flow_count = 0;
  std::vector<Finding> findings;   ///< of the capture as a whole
  std::optional<Between> between;  ///< when there are two, of which `file` is the one nearer to the viewer
};

Account account_of(const CaptureReading&, const PacketOpening&, std::string file, std::string trouble);

}  // namespace avocet::analysis
