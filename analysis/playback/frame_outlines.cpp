#include "analysis/playback/frame_outlines.hpp"

#include <algorithm>

namespace avocet::analysis {
namespace {

/// Parity comes right behind its run. What waits longer waits to be sent again.
constexpr Duration longest_wait_for_parity = 600ms;

}  // namespace

bool FrameOutlines::on_media(Time now, const wire::Media& media, bool repaired,
                             std::vector<WholeFrame>& whole) {
  const bool fresh = !here(media.fragment);
  insert(now, media, repaired, whole);
  if (!runs_.empty()) rebuild_runs(now, whole);
  return fresh;
}

/// A fragment came, or was rebuilt.
void FrameOutlines::insert(Time now, const wire::Media& media, bool repaired,
                           std::vector<WholeFrame>& whole) {
  const FragmentNumber first = media.fragment - media.index;
  if (media.index >= wire::max_fragments_per_frame || done(media.fragment) || done(first)) return;
  const auto at = find_or_begin(now, first, media.fragment);
  if (!at) return;
  Partial& partial = partials_[*at];
  if (!take(partial, now, media)) return drop(*at);
  partial.repaired = partial.repaired || repaired;
  for (Run& run : runs_) {
    if (run.holds(media.fragment)) run.present.set(static_cast<std::size_t>(media.fragment - run.first));
  }
  if (partial.head && partial.count == partial.head->fragments) complete(*at, media.track, whole);
}

/// The frame that begins with `first` and shall contain `n`. Nothing when another is in the way.
std::optional<std::size_t> FrameOutlines::find_or_begin(Time now, FragmentNumber first, FragmentNumber n) {
  if (partials_.size() >= most_partials) drop(0);
  const auto after = std::ranges::upper_bound(partials_, first, {}, &Partial::first);
  const auto at = static_cast<std::size_t>(after - partials_.begin());
  if (at > 0 && partials_[at - 1].first == first) return at - 1;
  if (at > 0 && partials_[at - 1].end() > first) return std::nullopt;
  if (at < partials_.size() && partials_[at].first <= n) return std::nullopt;
  forget_heads(now - longest_wait_for_parity);
  partials_.insert(after, Partial{.first = first, .first_arrival = now, .last_arrival = now});
  return at;
}

/// False when it contradicts what is known of the frame, or has too many holes.
bool FrameOutlines::take(Partial& partial, Time now, const wire::Media& media) const {
  if (media.index == 0 && !partial.head) {
    wire::Reader reader(media.data);
    wire::FrameHead head;
    wire::read_fields(reader, head);
    if (!reader.ok()) return false;
    partial.head = head;
  }
  using Insert = decltype(partial.seen)::Insert;
  const Insert inserted = partial.seen.insert(media.index, static_cast<std::uint16_t>(media.index + 1));
  if (inserted == Insert::duplicate) return true;
  if (inserted == Insert::full || (partial.head && partial.seen.back().end > partial.head->fragments))
    return false;
  ++partial.count;
  const FragmentHead head(media.fragment, media.index, media.data);
  partial.heads.insert(std::ranges::upper_bound(partial.heads, head.number, {}, &FragmentHead::number), head);
  partial.first_arrival = std::min(partial.first_arrival, now);
  partial.last_arrival = std::max(partial.last_arrival, now);
  return true;
}

void FrameOutlines::complete(std::size_t at, TrackId track, std::vector<WholeFrame>& whole) {
  const Partial partial = std::move(partials_[at]);
  partials_.erase(partials_.begin() + static_cast<std::ptrdiff_t>(at));
  mark_done(partial.first, partial.end());
  if (parity_used_ && partial.count <= media::most_past_fragments_of_frame) {
    for (const FragmentHead& one : partial.heads) past_.add(one);
  }
  const wire::FrameHead& head = *partial.head;
  if (!first_time(head.number)) return;
  whole.push_back({.track = track,
                   .frame = {.number = head.number,
                             .pts = head.pts,
                             .reorder = head.reorder,
                             .duration = head.duration,
                             .capture = head.capture,
                             .key = head.key,
                             .discardable = head.discardable,
                             .end_of_track = head.end_of_track,
                             .payload = nullptr},
                   .size = head.size,
                   .first_arrival = partial.first_arrival,
                   .last_arrival = partial.last_arrival,
                   .repaired = partial.repaired});
}

/// AV-MED-10: a frame may come a second time under other fragment numbers.
bool FrameOutlines::first_time(FrameNumber n) {
  if (completed_.contains(n)) return false;
  if (completed_.full()) completed_.erase_lowest();
  completed_.insert(n, n + 1);
  return true;
}

/// What else of it is known to exist will not be taken again.
void FrameOutlines::drop(std::size_t at) {
  const FragmentNumber begin = partials_[at].first, end = partials_[at].end();
  partials_.erase(partials_.begin() + static_cast<std::ptrdiff_t>(at));
  mark_done(begin, end);
}

void FrameOutlines::mark_done(FragmentNumber begin, FragmentNumber end) {
  if (done_.insert(begin, end) != decltype(done_)::Insert::full) return;
  // So many holes: the oldest will not be filled any more.
  floor_ = std::max(floor_, done_.front().end);
  done_.erase_lowest();
  done_.insert(begin, end);
  std::erase_if(partials_, [this](const Partial& p) { return p.first < floor_; });
}

void FrameOutlines::expire(Time before) {
  for (std::size_t i = partials_.size(); i-- > 0;) {
    if (i < partials_.size() && partials_[i].first_arrival < before) drop(i);
  }
  std::erase_if(runs_, [before](const Run& run) { return run.arrived < before; });
}

void FrameOutlines::forget() {
  std::vector<Partial>().swap(partials_);
  std::vector<Run>().swap(runs_);
  past_ = PastHeads();
}

void FrameOutlines::forget_heads(Time before) {
  for (Partial& partial : partials_) {
    if (partial.first_arrival < before) std::vector<FragmentHead>().swap(partial.heads);
  }
}

/// The frame that the fragment belongs to, if it is one of those that are being received.
const FrameOutlines::Partial* FrameOutlines::around(FragmentNumber n) const {
  const auto after = std::ranges::upper_bound(partials_, n, {}, &Partial::first);
  const bool within = after != partials_.begin() && n - (after - 1)->first < wire::max_fragments_per_frame;
  return within ? &*(after - 1) : nullptr;
}

bool FrameOutlines::here(FragmentNumber n) const {
  if (done(n)) return true;
  const Partial* partial = around(n);
  return partial != nullptr && partial->seen.contains(static_cast<std::uint16_t>(n - partial->first));
}

const FragmentHead* FrameOutlines::head_of(FragmentNumber n) const {
  const Partial* partial = around(n);
  const FragmentHead* head = partial != nullptr ? find_head(partial->heads, n) : nullptr;
  return head != nullptr ? head : past_.find(n);
}

}  // namespace avocet::analysis
