#include "protocol/media/outgoing_frames.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

namespace avocet::media {
namespace {

wire::FrameHead head_of(const Frame& f, std::uint32_t fragments) {
  return {.number = f.number,
          .fragments = static_cast<std::uint16_t>(fragments),
          .size = static_cast<std::uint32_t>(f.size()),
          .pts = f.pts,
          .reorder = f.reorder,
          .duration = f.duration,
          .capture = f.capture,
          .key = f.key,
          .discardable = f.discardable,
          .end_of_track = f.end_of_track};
}

}  // namespace

bool OutgoingFrames::push(const Frame& frame, std::optional<Time> deadline) {
  if (frame.size() > wire::max_frame_size) return false;
  OutgoingFrame out{.frame = frame, .deadline = deadline, .fragments = 1};
  out.fragment_size = static_cast<std::uint32_t>(fragment_size_);
  if (!cut(out, fragment_size_)) return false;
  held_ += frame.size() + frame_overhead;
  unsent_ += frame.size();
  in_order_ = frames_.empty() || (in_order_ && frames_.back().frame.number <= frame.number);
  if (frame.key) newest_key_ = frames_.end();
  frames_.push_back(std::move(out));
  return true;
}

/// Settles the sizes of head and fragments. The head says how many fragments there are, and its own length
/// depends on that number: two rounds settle it. False, and `f` as it was, when it cannot be cut like that.
bool OutgoingFrames::cut(OutgoingFrame& f, std::size_t first_size) {
  std::uint32_t fragments = f.fragments, head = 0;
  const auto measure = [&] {
    head = static_cast<std::uint32_t>(wire::encoded_size(head_of(f.frame, fragments)));
  };
  for (int round = 0; round < 2; ++round) {
    measure();
    const std::size_t whole = head + f.frame.size(), behind = whole - std::min(whole, first_size);
    fragments = 1 + static_cast<std::uint32_t>((behind + f.fragment_size - 1) / f.fragment_size);
    if (fragments > wire::max_fragments_per_frame) return false;
  }
  measure();
  if (head > first_size) return false;
  f.head_size = head;
  f.first_size = static_cast<std::uint32_t>(first_size);
  f.fragments = fragments;
  return true;
}

OutgoingFrame* OutgoingFrames::next_unsent() {
  return unsent_at_ < frames_.end() ? &frames_[unsent_at_] : nullptr;
}

bool OutgoingFrames::number_next(Time now, std::size_t first_size) {
  OutgoingFrame& f = *next_unsent();
  if (f.numbered) return true;
  const std::int64_t captured = f.frame.capture;
  if (captured == 0) f.frame.capture = to_microseconds(now.time_since_epoch());  // AV-MED-13
  f.fragment_size = static_cast<std::uint32_t>(fragment_size_);
  if (!cut(f, first_size)) return f.frame.capture = captured, false;
  f.numbered = true;
  f.first = next_number();
  for (std::uint32_t i = 0; i < f.fragments; ++i)
    fragments_.push_back({.frame = static_cast<std::uint32_t>(unsent_at_)});
  return true;
}

bool OutgoingFrames::sent_one() {
  OutgoingFrame& f = *next_unsent();
  if (++f.sent < f.fragments) return false;
  unsent_ -= f.frame.size();
  ++unsent_at_;
  return true;
}

void OutgoingFrames::give_up_next() {
  OutgoingFrame& f = *next_unsent();
  unsent_ -= f.frame.size();
  if (!f.numbered) f.numbered = true, f.first = next_number(), f.fragments = 0;
  ++unsent_at_;
  abandon(f);
}

std::size_t OutgoingFrames::give_up_from(FrameNumber from) {
  std::size_t given_up = 0;
  // Frames that have no numbers yet leave no trace.
  while (frames_.end() > unsent_at_ && !frames_.back().numbered && frames_.back().frame.number >= from) {
    unsent_ -= frames_.back().frame.size();
    held_ -= frames_.back().frame.size() + frame_overhead;
    frames_.pop_back();
    ++given_up;
  }
  for (std::uint64_t i = frames_.end(); i-- > frames_.begin();) {
    OutgoingFrame& f = frames_[i];
    if (f.frame.number < from || f.state != OutgoingFrame::State::open) continue;
    ++given_up;
    if (i == unsent_at_) {
      give_up_next();
    } else if (i < unsent_at_) {
      abandon(f);
    }
  }
  return given_up;
}

std::size_t OutgoingFrames::give_up_before(Time time) {
  std::size_t given_up = 0;
  for (std::uint64_t i = frames_.begin(); i < unsent_at_; ++i) {
    OutgoingFrame& f = frames_[i];
    if (!f.deadline || *f.deadline >= time) break;
    if (f.state == OutgoingFrame::State::open) abandon(f), ++given_up;
  }
  return given_up;
}

bool OutgoingFrames::too_large(const OutgoingFrame& f) const {
  const std::size_t largest = std::max(f.size_of(0), f.fragments > 1 ? f.size_of(1) : 0);
  return f.state == OutgoingFrame::State::open && largest > fragment_size_;
}

void OutgoingFrames::cut_anew() {
  std::vector<OutgoingFrame> again;  // in the order in which they are to be sent
  for (std::uint64_t i = frames_.begin(); i < unsent_at_; ++i) {
    if (!too_large(frames_[i])) continue;
    again.push_back(frames_[i]);
    abandon(frames_[i]);
  }
  if (OutgoingFrame* next = next_unsent(); next != nullptr && next->numbered && too_large(*next)) {
    again.push_back(*next);
    give_up_next();
  }
  const bool begun = next_unsent() != nullptr && next_unsent()->numbered;
  const std::uint64_t tail = unsent_at_ + begun;
  for (std::uint64_t i = tail; i < frames_.end(); ++i) {
    unsent_ -= frames_[i].frame.size();
    held_ -= frames_[i].frame.size() + frame_overhead;
    again.push_back(std::move(frames_[i]));
  }
  while (frames_.end() > tail) frames_.pop_back();
  for (const OutgoingFrame& f : again) push(f.frame, f.deadline);
}

void OutgoingFrames::abandon(OutgoingFrame& f) {
  f.state = OutgoingFrame::State::given_up;
  for (std::uint32_t i = 0; i < f.fragments; ++i) {
    OutgoingFragment& fragment = fragments_[f.first.value + i];
    if (fragment.fate != Fate::acked) fragment.fate = Fate::given_up;
  }
}

OutgoingFrame& OutgoingFrames::frame_of(FragmentNumber n) {
  const auto begin = static_cast<std::uint32_t>(frames_.begin());
  return frames_[frames_.begin() + (fragments_[n.value].frame - begin)];
}

bool OutgoingFrames::acked(FragmentNumber n) {
  OutgoingFragment& fragment = fragments_[n.value];
  if (fragment.fate == Fate::acked || fragment.fate == Fate::unsent || fragment.fate == Fate::given_up)
    return false;
  fragment.fate = Fate::acked;
  OutgoingFrame& f = frame_of(n);
  if (++f.acked < f.fragments || f.state != OutgoingFrame::State::open) return false;
  f.state = OutgoingFrame::State::delivered;
  return true;
}

ByteView OutgoingFrames::data(const OutgoingFrame& f, std::uint32_t index, ByteSpan scratch) {
  const ByteView payload = f.frame.payload ? ByteView(*f.frame.payload) : ByteView{};
  if (index > 0) return payload.subspan(f.offset_of(index) - f.head_size, f.size_of(index));
  wire::Writer w(scratch);
  wire::write_fields(w, head_of(f.frame, f.fragments));
  w.bytes(payload.first(f.size_of(0) - f.head_size));
  assert(w.ok());
  return w.written();
}

std::optional<FrameNumber> OutgoingFrames::first_undelivered(FrameNumber from) const {
  std::optional<FrameNumber> first;
  std::uint64_t i = frames_.begin();
  const auto before = [from](const OutgoingFrame& f) { return f.frame.number < from; };
  if (in_order_) i = frames_.partition_point(frames_.end(), before);
  for (; i < frames_.end(); ++i) {
    const OutgoingFrame& f = frames_[i];
    if (before(f) || f.state != OutgoingFrame::State::open) continue;
    if (in_order_) return f.frame.number;
    if (!first || f.frame.number < *first) first = f.frame.number;
  }
  return first;
}

void OutgoingFrames::pop_front() {
  OutgoingFrame& f = frames_.front();
  assert(f.state != OutgoingFrame::State::open && frames_.begin() < unsent_at_);
  release_payload(f);
  held_ -= frame_overhead;
  for (std::uint32_t i = 0; i < f.fragments; ++i) fragments_.pop_front();
  frames_.pop_front();
}

void OutgoingFrames::release_payload(OutgoingFrame& f) {
  held_ -= f.frame.size();
  f.frame.payload.reset();
}

}  // namespace avocet::media
