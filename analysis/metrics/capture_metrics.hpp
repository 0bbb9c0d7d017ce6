#pragma once

#include <array>
#include <string_view>

#include "analysis/metrics/metric.hpp"

namespace avocet::metrics {

/// What captures tell. All are of the place where the capture was made: what was lost on the way to it is
/// lost, what was lost behind it is not.
inline constexpr std::array<Metric, 93> capture_metrics{{
    {"duration", "s", "from the first packet to the last"},
    {"packets", "packets", "datagrams, duplicates too"},
    {"bytes", "B", "of IP packets, headers too"},
    {"rate", "bit/s", "bytes over duration", "RFC 8868 section 4"},
    {"peakRate", "bit/s", "the highest in a slot of the timeline, 200 ms or wider", "RFC 8868 section 4"},
    {"meanSize", "B", "UDP payload of a datagram, on average"},
    {"largestSize", "B", "UDP payload of the largest datagram"},
    {"packetsReceived", "packets", "different packet numbers seen"},
    {"packetsLost", "packets", "packet numbers missing up to the highest one seen", "RFC 7680"},
    {"lossRatio", "1", "packetsLost over packetsLost and packetsReceived", "RFC 7680"},
    {"lossRuns", "runs", "packets lost in a row count once", "RFC 3611 section 4.7.2"},
    {"meanLossRun", "packets", "packetsLost over lossRuns", "RFC 3357"},
    {"packetsReordered", "packets", "with a number below the highest seen, for the first time",
     "RFC 4737 section 3.3"},
    {"reorderingExtent", "packets", "how far below the highest such a number was at most",
     "RFC 4737 section 4.2"},
    {"packetsDuplicated", "packets", "with a number seen before", "RFC 5560"},
    {"packetsMarked", "packets", "with ECN-CE", "RFC 3168"},
    {"ectRatio", "1", "packets that a queue may mark: ECT(0), ECT(1), CE", "RFC 3168"},
    {"pathLost", "packets",
     "lost on the whole way, as far as it is known: packetsLost that the capture did not lose, and "
     "packetsLostBeyond"},
    {"pathLossRatio", "1", "pathLost over packetsReceived and packetsLost", "RFC 7680"},
    {"pathLossRuns", "runs", "of pathLost, in a row counted once", "RFC 3611 section 4.7.2"},
    {"packetsLostBeyond", "packets",
     "passed here and were not acknowledged, while later ones were: lost, or later than that"},
    {"lossRunsBeyond", "runs", "of those, in a row counted once", "RFC 3611 section 4.7.2"},
    {"packetsNotCaptured", "packets",
     "missing here and acknowledged all the same, or by an acknowledgement that is missing too: "
     "lost by the capture"},
    {"largestArrived", "B", "UDP payload of the largest datagram that was acknowledged"},
    {"lostAboveLargest", "packets", "larger than that, and lost"},
    {"lateCopies", "packets", "duplicates that came more than a second after the packet"},
    {"notAuthentic", "packets", "that the other packets' keys do not open, or with impossible numbers"},
    {"longestSilence", "s", "between two packets"},
    {"longestSilenceAt", "s", "when that began"},
    {"ackDelayP50", "s",
     "how long packets waited at the receiver for their acknowledgement, by its own times, median"},
    {"ackDelayP95", "s", "the same, 95th percentile"},
    {"queueBeforeP50", "s",
     "way from the sender to here beyond the quickest packet's, by the times in its acknowledgements, "
     "median"},
    {"queueBeforeP95", "s", "the same, 95th percentile"},
    {"queueBeforeMax", "s", "the same, maximum"},
    {"clockSteps", "steps", "times that the clock of the capture or of an end was set"},
    {"clockStep", "s", "how far at last; above 0: the capture's forward"},
    {"clockStepAt", "s", "when that was"},
    {"encoderTime", "s", "in which a publisher's encoder was told its rate and made something"},
    {"encoderTimeAbove", "s", "of that, in which it made 15 % more than it was told, or above"},
    {"encoderWorst", "1", "the largest share of what it was told that it made in four seconds"},
    {"encoderWorstAt", "s", "when that was"},
    {"keyUpdates", "updates", "changes of the key phase", "RFC 9001 section 6"},
    {"addressChanges", "changes", "of the sender's address or port", "RFC 9000 section 9"},
    {"spinRoundTripMin", "s", "from one change of the spin bit to the next, at least",
     "RFC 9312 section 3.8.2"},
    {"spinRoundTripP50", "s", "the same, median", "RFC 9312 section 3.8.2"},
    {"spinRoundTripP95", "s", "the same, 95th percentile", "RFC 9312 section 3.8.2"},
    {"roundTripMin", "s", "from a packet here to its acknowledgement here, without its delay",
     "RFC 9002 section 5.1"},
    {"roundTripP50", "s", "the same, median", "RFC 9002 section 5.1"},
    {"roundTripP95", "s", "the same, 95th percentile", "RFC 9002 section 5.1"},
    {"roundTripP99", "s", "the same, 99th percentile", "RFC 9002 section 5.1"},
    {"queueDelayP50", "s",
     "way from here to the receiver beyond the quickest packet's, by the acknowledged receive times"},
    {"queueDelayP95", "s", "the same, 95th percentile"},
    {"queueDelayMax", "s", "the same, maximum"},
    {"handshakeTime", "s", "from the first Hello to the first Protected packet"},
    {"hellos", "packets", "Hellos, repeated ones too"},
    {"retries", "packets", "times that the server asked for a proof of the address"},
    {"packetsOpened", "packets", "Protected packets that the keys opened"},
    {"packetsNotOpened", "packets", "Protected packets without a key, or not authentic"},
    {"controlMessages", "messages", "of the service, both ways"},
    {"framesReceived", "frames", "whole here"},
    {"keyFrames", "frames", "of those, decodable by themselves"},
    {"frameRate", "frames/s", "framesReceived over the time from the first to the last",
     "W3C webrtc-stats framesPerSecond"},
    {"bitrate", "bit/s", "payload of framesReceived over the same time"},
    {"keyFrameSize", "frames", "size of a key frame, in mean sizes of the frames before it, on average"},
    {"largestFrame", "B", "payload of the largest frame"},
    {"largestFrameAt", "s", "when that was whole"},
    {"largestFrameNumber", "1", "its number on its track"},
    {"fragments", "fragments", "of frames, repeated ones too"},
    {"latency", "s", "from capture to picture that the viewer asked for"},
    {"framesRepaired", "frames", "whole only by a retransmission or by parity"},
    {"fragmentsRetransmitted", "fragments", "lost on the way to here and sent again"},
    {"fragmentsRecovered", "fragments", "lost on the way to here and rebuilt from parity"},
    {"fragmentsRepeated", "fragments",
     "seen here before: sent again although the first one had come this far"},
    {"repairOverhead", "1", "repeated fragments and parity over all other fragments, in bytes"},
    {"parityShare", "1", "parity over fragments, in bytes"},
    {"frameDelayP50", "s", "from capture to whole, beyond the quickest frame's"},
    {"frameDelayP95", "s", "the same, 95th percentile"},
    {"jitter", "s", "interarrival jitter of frames at the end", "RFC 3550 section 6.4.1"},
    {"jitterMax", "s", "the highest that it was", "RFC 3550 section 6.4.1"},
    {"framesShown", "frames", "pictures that came out in time", "W3C webrtc-stats framesReceived"},
    {"framesLost", "frames", "pictures not whole in time (live)"},
    {"framesDropped", "frames", "pictures whole, but a reference was missing",
     "W3C webrtc-stats framesDropped"},
    {"framesLate", "frames", "pictures whole too late, decoded for reference only"},
    {"freezeCount", "freezes", "pauses of the picture", "W3C webrtc-stats freezeCount"},
    {"totalFreezesDuration", "s", "how long they were together", "W3C webrtc-stats totalFreezesDuration"},
    {"stalls", "stalls", "times that a stored play waited for media"},
    {"renditionSwitches", "switches", "changes of the rendition shown"},
    {"timeToFirstFrame", "s", "from Play to the first picture"},
    {"goodput", "bit/s", "payload of the pictures and sound that came out in time, over that time",
     "RFC 8868 section 4"},
    {"buffered", "s", "media held ahead of what is shown, median"},
    {"bufferedP5", "s", "the same, 5th percentile"},
    {"pictureBehindSound", "s",
     "how much later than its media time a picture is shown than the sound is, on average", "ITU-R BT.1359"},
    {"syncErrorP95", "s", "how far they are apart, 95th percentile", "ITU-R BT.1359"},
}};

/// Null when there is no such metric.
constexpr const Metric* find_capture_metric(std::string_view name) {
  for (const Metric& metric : capture_metrics) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

}  // namespace avocet::metrics
