#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/time.hpp"
#include "protocol/base/units.hpp"
#include "sim/experiment/frame_trace.hpp"
#include "sim/link/cellular.hpp"
#include "sim/link/config.hpp"

/// What a scenario file describes, as plain values: a network, and what flows through it. Knows neither ns-3
/// nor the protocol.
namespace avocet::sim {

/// What stands in front of a bottleneck. All but `drop_tail` are queue disciplines of ns-3.
enum class QueueKind : std::uint8_t { drop_tail, codel, fq_codel, pie };

struct Queue {
  QueueKind kind = QueueKind::drop_tail;
  bool ecn = false;  ///< mark ECT packets where others would be dropped (not with drop_tail)
  /// Mark ECT(1) packets (RFC 9331) that have waited longer; 0: as all others. For codel and fq_codel.
  Duration l4s_above{};
};

/// One direction of a link. `path.queue` is the room of the queue as a time at the rate of the moment,
/// `path.largest` counts the headers of IP.
struct Direction {
  link::LinkConfig path{.largest = 1500};
  Queue queue;
  std::optional<link::Trace> trace;        ///< capacity in place of `path.rate`
  std::optional<link::Cellular> cellular;  ///< the same, drawn anew for each seed: see draw_traces()
  /// What is above this rate, in the long run, is dropped and never waits; a burst of this many bytes passes.
  struct Police {
    DataRate rate;
    std::size_t burst = 16'000;
  };
  std::optional<Police> police;
  Duration cellular_length = 120s;  ///< after which a drawn trace begins anew

  bool limited() const { return !path.rate.empty() || trace || cellular; }
};

/// Two nodes, and what lies between them. Nodes exist by being named.
struct Link {
  std::string name;
  std::string from, to;
  Direction forward, back;
};

/// A Wi-Fi cell of ns-3, IEEE 802.11n in 20 MHz at 5 GHz, at one rate. Stations stand in a circle around the
/// access point, and reach each other through it.
struct Wifi {
  std::string name;
  std::string access_point;
  std::vector<std::string> stations;
  int mcs = 11;       ///< 0 to 15: 11 are two spatial streams, 52 Mbit/s on the air
  double radius = 5;  ///< metres
};

/// An LTE cell of ns-3 with its core network, which begins at `gateway`. Phones stand in a circle around the
/// mast and walk away from it; what the air carries follows from the distance (log-distance path loss).
struct Lte {
  std::string name;
  std::string gateway;
  std::vector<std::string> phones;
  int resource_blocks = 25;      ///< 6, 15, 25, 50, 75 or 100: 1.4 to 20 MHz
  double distance = 300;         ///< metres from the mast at the beginning
  double speed = 0;              ///< metres per second
  std::size_t buffer = 100'000;  ///< bytes that wait for the air, for each phone
};

/// An encoder as RFC 8867 section 4.3 describes it.
struct Encoder {
  DataRate least = DataRate::kbps(150), most = DataRate::kbps(1500), first = DataRate::kbps(150);
  double frames_per_second = 30;
  double variation = 0.05;              ///< of the rate over a second, uniform, either way
  Duration reaction = 100ms;            ///< until a new target is followed
  Duration key_interval = 500ms;        ///< 0: the first frame only
  double key_size = 3;                  ///< of a key frame, in sizes of the others
  double overshoot = 0;                 ///< share by which it makes more than it is told
  DataRate audio = DataRate::kbps(20);  ///< constant; zero: no sound
};

/// Real peers of the service: a publisher beside its server at `from`, and a viewer at `to`.
struct Media {
  Encoder encoder;
  Duration latency = 400ms;  ///< from capture to picture that the viewer asks for
  double weight = 1;
  Duration
      reads_every{};  ///< the viewer's machine is so busy that it looks at its socket only then; 0: at once
  struct Pause {
    Duration from{}, until{};
  };
  std::vector<Pause> pauses;
  /// When the viewer gets another port, and another port and address, without noticing.
  std::vector<Duration> new_port, new_address;
};

/// A title that the server has stored, and a viewer of it (with the latency, weight and addresses of Media).
struct Stored {
  std::shared_ptr<const FrameTrace> frames;  ///< the title is these, over and over
  Duration buffer = 1500ms;                  ///< received ahead of what is shown
  std::string rendition, cap;                ///< that the viewer asks for; empty: the server's choice
};

/// TCP of ns-3. `size` zero: as much as it can until the end.
struct Tcp {
  std::string variant = "cubic";            ///< or "bbr", "new-reno"; "dctcp" sends ECT(1)
  std::uint64_t smallest = 0, largest = 0;  ///< bytes of a transfer, uniform; 0: endless
  Duration mean_idle{};                     ///< exponential, between transfers
};

struct ConstantRate {
  std::vector<link::RateStep> rate;
  std::uint32_t datagram = 1200;  ///< bytes of UDP payload
};

/// Something that sends from one node to another from `start` to `stop`.
struct Flow {
  enum class Kind : std::uint8_t { media, stored, tcp, constant };
  std::string name;
  Kind kind = Kind::media;
  std::string from, to;
  Duration delay{};  ///< of its own way to `from`, added to the path's, each way
  Duration start{}, stop{};
  Media media;
  Stored stored;
  Tcp tcp;
  ConstantRate constant;

  /// Between peers of ours.
  bool ours() const { return kind == Kind::media || kind == Kind::stored; }
};

struct Experiment {
  std::string name;
  std::string title;   ///< one line for a person
  std::string source;  ///< where it comes from: "RFC 8867 section 5.1"
  Duration length{};
  std::vector<Link> links;
  std::vector<Wifi> wifis;
  std::vector<Lte> ltes;
  std::vector<Flow> flows;

  /// By its index: twice the link's, plus one on the way back.
  const Direction& direction(std::size_t where) const {
    return where % 2 == 0 ? links[where / 2].forward : links[where / 2].back;
  }
};

}  // namespace avocet::sim
