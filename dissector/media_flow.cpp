#include "dissector/media_flow.hpp"

#include <algorithm>
#include <cstdlib>

namespace avocet::dissector {
namespace {

/// A frame that is not whole when so many after it are, never will be.
constexpr std::uint64_t given_up_after = 12;

}  // namespace

void MediaFlow::on_media(PacketRecord& record, int frame, Sighting seen, const wire::Media& media) {
  Lane& lane = lanes_[media.track];
  if (const Sighting* original = lane.fragments.note(media.fragment.value, seen)) {
    record.link(frame, Derived::retransmission_of, *original, Derived::retransmission_in);
    record.tell(frame, Derived::retransmission_delay, seen.at - original->at);
    record.judge(frame, Finding::retransmission);
  }
  remember(lane, seen, media);
  const std::uint64_t contradictions = reassembler_.counters().contradictions;
  reassembler_.on_media(seen.at, media);
  if (reassembler_.counters().contradictions > contradictions)
    record.judge(frame, Finding::fragment_contradiction);
  if (const auto head = lane.heads.find(media.fragment.value - media.index); head != lane.heads.end())
    record.tell(frame, Derived::media_frame, head->second);
  if (lane.description) {
    record.tell(frame, Derived::media_rendition, lane.description->rendition);
    record.tell(frame, Derived::media_codec, lane.description->codec);
  }
  take_whole(record, frame);
}

void MediaFlow::on_parity(PacketRecord& record, int frame, Sighting seen, const wire::Parity& parity) {
  const Lane& lane = lanes_[parity.track];
  std::uint64_t missing = 0;
  for (std::uint64_t i = 0; i < parity.count; ++i)
    missing += lane.fragments.find(parity.first.value + i) == nullptr;
  record.tell(frame, Derived::parity_missing, missing);
  reassembler_.on_parity(seen.at, parity);
  take_whole(record, frame);
}

void MediaFlow::describe(const wire::Track& track, bool live, Duration latency) {
  lanes_[track.id].description =
      Description{std::make_shared<const wire::Track>(track),
                  std::make_shared<const std::string>(
                      track.kind == wire::TrackKind::video ? track.rendition : std::string("audio")),
                  std::make_shared<const std::string>(track.codec), live, latency};
}

std::optional<Sighting> MediaFlow::last_packet(TrackId track) const {
  const auto lane = lanes_.find(track);
  return lane == lanes_.end() ? std::nullopt : lane->second.last;
}

/// Which fragments a frame has is in its head, which begins its first fragment.
void MediaFlow::remember(Lane& lane, Sighting seen, const wire::Media& media) {
  lane.last = seen;
  if (media.index != 0) return;
  wire::Reader r(media.data);
  wire::FrameHead head;
  wire::read_fields(r, head);
  if (!r.ok()) return;
  lane.frames[head.number.value] = {media.fragment, head.fragments};
  lane.heads[media.fragment.value] = head.number.value;
}

void MediaFlow::take_whole(PacketRecord& record, int frame) {
  while (const auto whole = reassembler_.next()) tell_whole(record, frame, *whole);
}

void MediaFlow::tell_whole(PacketRecord& record, int frame, const media::Completed& whole) {
  Lane& lane = lanes_[whole.track];
  MediaEvent event{.frame = frame,
                   .track = whole.track,
                   .described = lane.description ? lane.description->track : nullptr,
                   .number = whole.frame.number.value,
                   .pts = whole.frame.pts,
                   .payload = whole.frame.payload,
                   .key = whole.frame.key,
                   .repaired = whole.repaired};
  record.tell(frame, Derived::media_complete, 1u);
  record.tell(frame, Derived::media_whole_track, event.track.value);
  record.tell(frame, Derived::media_whole_frame, event.number);
  record.tell(frame, Derived::media_size, event.size());
  record.tell(frame, Derived::media_key, event.key);
  if (lane.begins && event.number >= lane.begins->first) {
    record.link(frame, Derived::switch_in, lane.begins->second, Derived::switch_done_in);
    lane.begins.reset();
  }
  tell_packets(record, frame, lane, whole, event);
  tell_times(record, frame, lane, whole, event);
  count_missing(record, frame, lane, whole.frame.number.value, event);
  estimate_playout(record, frame, lane, whole, event);
  record.media.push_back(std::move(event));
}

void MediaFlow::tell_packets(PacketRecord& record, int frame, Lane& lane, const media::Completed& whole,
                             MediaEvent& event) {
  record.tell(frame, Derived::media_repaired, std::uint64_t{whole.repaired});
  record.tell(frame, Derived::media_last, record.packet);
  const auto extent = lane.frames.find(whole.frame.number.value);
  if (extent == lane.frames.end()) return;
  std::vector<Sighting> packets;
  for (std::uint64_t i = 0; i < extent->second.fragments; ++i) {
    if (const Sighting* seen = lane.fragments.find(extent->second.first.value + i)) {
      packets.push_back(*seen);
    } else {
      ++event.recovered;
    }
  }
  const auto number = [](const Sighting& seen) { return seen.record->packet; };
  std::ranges::sort(packets, {}, number);
  packets.erase(std::ranges::unique(packets, {}, number).begin(), packets.end());
  if (!packets.empty()) record.tell(frame, Derived::media_first, number(packets.front()));
  record.tell(frame, Derived::media_packets, packets.size());
  for (const Sighting& seen : packets)
    record.link(frame, Derived::media_packet, seen, Derived::media_whole_in);
  if (event.recovered > 0) record.tell(frame, Derived::media_recovered, event.recovered);
  if (whole.repaired) record.judge(frame, Finding::frame_repaired);
}

/// AV-PLY-6: the sender's clock by the smallest arrival - capture; RFC 3550's jitter over whole frames.
void MediaFlow::tell_times(PacketRecord& record, int frame, Lane& lane, const media::Completed& whole,
                           MediaEvent& event) {
  record.tell(frame, Derived::media_span, whole.last_arrival - whole.first_arrival);
  const std::int64_t bounded = std::clamp<std::int64_t>(whole.frame.capture, -(1ll << 52), 1ll << 52);
  const Duration captured = std::chrono::microseconds(bounded);
  const Duration first = whole.first_arrival.time_since_epoch() - captured;
  least_offset_ = least_offset_ ? std::min(*least_offset_, first) : first;
  const Duration transit = whole.last_arrival.time_since_epoch() - captured;
  event.delay = transit - *least_offset_;
  record.tell(frame, Derived::media_delay, event.delay);
  if (lane.transit) {
    const Duration difference = transit - *lane.transit;
    lane.jitter += (std::max(difference, -difference) - lane.jitter) / 16;
    record.tell(frame, Derived::media_jitter, lane.jitter);
  }
  lane.transit = transit;
  event.jitter = lane.jitter;
  if (!lane.description || !lane.description->live || event.delay <= lane.description->latency) return;
  event.late = true;
  const Duration late_by = event.delay - lane.description->latency;
  record.tell(frame, Derived::media_late_by, late_by);
  record.judge(frame, Finding::frame_late);
}

void MediaFlow::count_missing(PacketRecord& record, int frame, Lane& lane, std::uint64_t number,
                              MediaEvent& event) {
  constexpr std::uint64_t widest = 4096;  // a larger step is a seek
  if (!lane.newest || number > *lane.newest + widest) lane.missing.clear();
  if (lane.newest && number > *lane.newest && number - *lane.newest <= widest) {
    for (std::uint64_t n = *lane.newest + 1; n < number; ++n) lane.missing.insert(n);
  }
  lane.missing.erase(number);
  lane.newest = lane.newest ? std::max(*lane.newest, number) : number;
  while (!lane.missing.empty() && *lane.missing.begin() + given_up_after < number) {
    record.tell(frame, Derived::media_abandoned, *lane.missing.begin());
    record.judge(frame, Finding::frame_abandoned);
    lane.missing.erase(lane.missing.begin());
    ++event.abandoned;
  }
}

/// When a viewer at the place of the capture would see the frame: at its time, or once it is whole. Live
/// frames have no later time than that (AV-PLY-5); stored ones shift all that follow (AV-PLY-3).
void MediaFlow::estimate_playout(PacketRecord& record, int frame, const Lane& lane,
                                 const media::Completed& whole, MediaEvent& event) {
  if (!lane.description || lane.description->track->kind != wire::TrackKind::video) return;
  const Duration at = whole.last_arrival.time_since_epoch();
  const std::int64_t bounded = std::clamp<std::int64_t>(whole.frame.pts, -(1ll << 52), 1ll << 52);
  const wire::Track& track = *lane.description->track;
  const Duration presented =
      media::to_duration(bounded, {track.timebase_numerator, track.timebase_denominator});
  if (!shown_from_) shown_from_ = at + lane.description->latency - presented;
  if (event.late) return;
  Duration due = *shown_from_ + presented;
  if (due < at) {
    if (!lane.description->live) *shown_from_ += at - due;
    due = at;
  }
  const Duration frozen_before = freezes_.total();
  const std::uint64_t freezes_before = freezes_.count();
  freezes_.show(Time{due});
  freezes_.advance(Time{at});
  if (freezes_.count() == freezes_before) return;
  event.frozen = freezes_.total() - frozen_before;
  record.tell(frame, Derived::media_frozen, event.frozen);
  record.judge(frame, Finding::freeze);
}

}  // namespace avocet::dissector
