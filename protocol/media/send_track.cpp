#include "protocol/media/send_track.hpp"

#include <cassert>

#include "protocol/media/parity_code.hpp"
#include "protocol/media/reassembly_limits.hpp"
#include "protocol/media/repair_timing.hpp"

namespace avocet::media {

SendTrack::SendTrack(TrackId id, const TrackOptions& options, std::size_t fragment_size)
    : id_(id), options_(options), frames_(fragment_size) {}

void SendTrack::set_fragment_size(std::size_t size) {
  const bool smaller = size < frames_.fragment_size();
  frames_.set_fragment_size(size);
  if (!smaller) return;
  for (std::uint64_t i = runs_.begin(); i < runs_.end(); ++i) {
    if (runs_[i].longest <= size) continue;
    runs_[i].open = false;
    runs_[i].too_long = true;
  }
  frames_.cut_anew();
  forget_finished();
}

bool SendTrack::push(const SenderContext& context, Time now, const Frame& frame,
                     std::optional<Time> deadline) {
  if (deadline) *deadline += hopeless_.grace(now, *deadline, context.path);
  return frames_.push(frame, deadline);
}

void SendTrack::cancel(SenderContext& context, FrameNumber from) {
  context.counters.frames_cancelled += frames_.give_up_from(from);
  // A run with a deadline ends in time by itself, with parity for what else it holds.
  if (!runs_.empty() && !runs_.back().deadline) runs_.back().open = false;
  forget_finished();
}

void SendTrack::advance(SenderContext& context, Time now) {
  if (idle()) return;
  repairs_.advance(now);
  give_up_expired(context, now);
  if (!runs_.empty() && runs_.back().open && runs_.back().close_by <= now) close_open_run(context, now);
  // An acknowledgement of what arrived just in time is a round trip late.
  context.counters.frames_expired += frames_.give_up_before(now - repeat_takes(context.path));
  forget_finished();
}

void SendTrack::give_up_expired(SenderContext& context, Time now) {
  behind_ = false;
  while (const OutgoingFrame* f = frames_.next_unsent()) {
    if (f->frame.key) skipping_ = false;
    if (!worthless(context, now, *f) && !skipping_) return;
    // AV-MED-18: Video that refers to a picture which never went out cannot be decoded: it would only delay
    // the next key frame.
    skipping_ = skipping_ || (!f->frame.discardable && options_.priority == TrackOptions::Priority::video);
    ++context.counters.frames_expired;
    close_open_run(context, now);
    frames_.give_up_next();
  }
}

/// AV-MED-24: A picture that others refer to is decoded even when it is late. Given up, it would take all up
/// to the next key frame with it; so it goes out late, unless that key frame stands behind it already and
/// leaves the sooner.
bool SendTrack::worthless(const SenderContext& context, Time now, const OutgoingFrame& f) {
  const Duration late = f.deadline ? now + lag(context.path) - *f.deadline : Duration{-1};
  const bool alone = f.frame.discardable || options_.priority == TrackOptions::Priority::audio;
  behind_ = late > Duration::zero() && !alone;
  return late > Duration::zero() && (alone || frames_.key_follows() || late > reference_patience);
}

void SendTrack::forget_finished() {
  while (!frames_.empty() && &frames_.front() != frames_.next_unsent() && finished_with(frames_.front())) {
    frames_.pop_front();
    while (!runs_.empty() && !runs_.front().open && !frames_.holds(runs_.front().first)) runs_.pop_front();
  }
}

/// Nothing of the frame will be read again: not even for the parity of a run that it shares.
bool SendTrack::finished_with(const OutgoingFrame& f) {
  if (f.state == OutgoingFrame::State::open) return false;
  const OutgoingRun* run = f.sent > 0 ? run_of(f.first + (f.sent - 1)) : nullptr;
  if (run == nullptr) return true;
  if (run->open) return false;
  for (FragmentNumber n = f.first + f.sent; n < run->end(); ++n) {
    const Fate fate = frames_.fragment(n).fate;
    if (fate != Fate::acked && fate != Fate::given_up) return false;
  }
  return true;
}

SendTrack::Rank SendTrack::rank(SenderContext& context, Time now) {
  if (idle()) return nothing_to_send;
  const Repair* repair = next_repair(context, now);
  const OutgoingFrame* next = repair == nullptr ? frames_.next_unsent() : &frames_.frame_of(repair->number);
  if (next == nullptr) return nothing_to_send;
  if (options_.priority == TrackOptions::Priority::audio) return audio;
  if (repair == nullptr && behind_) return late_video;
  return next->frame.key ? key_frame : other_video;
}

bool SendTrack::write(SenderContext& context, Time now, wire::Writer& packet, Sent& out) {
  const Repair* repair = next_repair(context, now);
  if (repair == nullptr) return frames_.next_unsent() != nullptr && write_new(context, now, packet, out);
  const FragmentNumber number = repair->number;
  if (repair->what == Repair::What::row) {
    OutgoingRun& run = *run_of(number);
    if (!write_row(context, run, packet, out)) return false;
    --run.queued;
  } else if (!write_again(context, now, packet, out, number)) {
    return false;
  }
  repairs_.pop();
  return true;
}

bool SendTrack::write_new(SenderContext& context, Time now, wire::Writer& packet, Sent& out) {
  OutgoingFrame& f = *frames_.next_unsent();
  if (!frames_.number_next(now, f.deadline ? frames_.fragment_size() : room_for_first(packet))) return false;
  const FragmentNumber number = f.first + f.sent;
  if (!write_fragment(context, f, number, packet, out)) return false;
  OutgoingFragment& fragment = frames_.fragment(number);
  fragment.fate = Fate::in_flight;
  fragment.copies = 1;
  parity_budget_ = std::min(parity_budget_ + parity_share, most_saved);
  repeat_budget_ = std::min(repeat_budget_ + repeat_share, most_saved);
  join_run(context, now, f, number);
  ask_duplicate(context, now, f, number);
  if (frames_.sent_one()) {
    ++context.counters.frames_sent;
    if (!may_grow(context, now, runs_.back())) close_open_run(context, now);
    give_up_expired(context, now);
  } else if (runs_.back().count >= runs_.back().limit) {
    close_open_run(context, now);
  }
  return true;
}

/// AV-MED-23: Bytes of fragment 0 of the next frame in what the frame before it left of the packet. Frames
/// with a deadline keep to themselves, so that a packet lost is one fragment lost of a run.
std::size_t SendTrack::room_for_first(const wire::Writer& packet) const {
  const std::size_t overhead = 1 + wire::varint_size(id_.value) +
                               wire::varint_size(frames_.next_number().value) + 1 +
                               wire::varint_size(frames_.fragment_size());
  return std::min(frames_.fragment_size(), packet.remaining() - std::min(packet.remaining(), overhead));
}

bool SendTrack::write_again(SenderContext& context, Time, wire::Writer& packet, Sent& out,
                            FragmentNumber number) {
  if (!write_fragment(context, frames_.frame_of(number), number, packet, out)) return false;
  OutgoingFragment& fragment = frames_.fragment(number);
  fragment.fate = Fate::in_flight;
  if (fragment.copies < 255) ++fragment.copies;
  out.retransmission = true;
  ++context.counters.fragments_retransmitted;
  context.counters.retransmitted_bytes_sent += out.length;
  return true;
}

bool SendTrack::write_fragment(SenderContext& context, const OutgoingFrame& f, FragmentNumber number,
                               wire::Writer& packet, Sent& out) {
  const auto index = static_cast<std::uint32_t>(number - f.first);
  const wire::Media media{id_, number, static_cast<std::uint16_t>(index),
                          OutgoingFrames::data(f, index, context.scratch().fragment)};
  wire::Writer attempt = packet;
  wire::write_typed(attempt, media);
  if (!attempt.ok()) return false;
  packet = attempt;
  // Member by member: `out = {...}` is built elsewhere and copied in wider pieces than it was written in,
  // which has to wait until all of the fragment has left the store buffer.
  out.parity = out.retransmission = false;
  out.track = id_;
  out.fragment = number;
  out.length = static_cast<std::uint32_t>(media.data.size());
  out.row = 0;
  ++context.counters.fragments_sent;
  context.counters.media_bytes_sent += out.length;
  return true;
}

bool SendTrack::write_row(SenderContext& context, OutgoingRun& run, wire::Writer& packet, Sent& out) {
  const ByteSpan data = ByteSpan(context.scratch().parity).first(wire::shard_header_size + run.longest);
  const wire::Parity parity{id_, run.first, static_cast<std::uint8_t>(run.count), run.sent, data};
  if (wire::typed_size(parity) > packet.remaining()) return false;
  std::ranges::fill(data, std::byte{0});
  for (unsigned i = 0; i < run.count; ++i) {
    const FragmentNumber n = run.first + i;
    const OutgoingFrame& f = frames_.frame_of(n);
    const auto index = static_cast<std::uint32_t>(n - f.first);
    const ByteView shard = lay_out_shard(context.scratch().shard, static_cast<std::uint16_t>(index),
                                         OutgoingFrames::data(f, index, context.scratch().fragment));
    add_to_parity(data, run.count, run.sent, i, shard);
  }
  wire::write_typed(packet, parity);
  out = {.parity = true,
         .track = id_,
         .fragment = run.first,
         .length = static_cast<std::uint32_t>(data.size()),
         .row = run.sent};
  ++run.sent;
  ++context.counters.parity_sent;
  context.counters.parity_bytes_sent += out.length;
  return true;
}

bool SendTrack::write_probe_parity(SenderContext& context, wire::Writer& packet, Sent& out) {
  // The latest run of which something is still on its way: what a loss would hold up longest.
  for (std::uint64_t i = runs_.end(), tries = 8; i > runs_.begin() && tries > 0; --i, --tries) {
    OutgoingRun& run = runs_[i - 1];
    if (run.open || run.rows_left() == 0 || run.sent > run.count / 4) continue;
    bool useful = false, readable = true;
    for (FragmentNumber n = run.first; n < run.end(); ++n) {
      const Fate fate = frames_.fragment(n).fate;
      useful = useful || fate == Fate::in_flight || fate == Fate::queued || fate == Fate::lost;
      readable = readable && fate != Fate::given_up;
    }
    if (useful && readable) return write_row(context, run, packet, out);
  }
  return false;
}

std::optional<Time> SendTrack::wake() const {
  std::optional<Time> at = repairs_.wake();
  if (runs_.empty()) return at;
  const OutgoingRun& last = runs_[runs_.end() - 1];
  if (last.open && last.close_by != Time::max()) at = at ? std::min(*at, last.close_by) : last.close_by;
  return at;
}

}  // namespace avocet::media
