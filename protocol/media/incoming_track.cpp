#include "protocol/media/incoming_track.hpp"

#include <algorithm>

#include "protocol/media/reassembly_limits.hpp"

namespace avocet::media {

IncomingTrack::IncomingTrack(TrackId id, ReassemblyContext& context) : id_(id), context_(context) {}

IncomingTrack::~IncomingTrack() {
  while (!assemblies_.empty()) remove(assemblies_.size() - 1);
  while (!runs_.empty()) drop_run(runs_.size() - 1);
  forget_past(0);
}

IncomingTrack::Outcome IncomingTrack::on_media(Time arrived, const wire::Media& media,
                                               std::vector<Completed>& ready) {
  last_active_ = std::max(last_active_, arrived);
  const bool again = closes_old_gap(arrived, media.fragment);
  Outcome outcome = insert(arrived, media, again, ready);
  if (outcome.fresh && again) ++context_.counters.fragments_retransmitted;
  if (outcome.fresh && decode_runs(arrived, ready).completed) outcome.completed = outcome.ends_frame = true;
  return outcome;
}

bool IncomingTrack::closes_old_gap(Time arrived, FragmentNumber n) {
  if (!active_ || n >= next_) {
    if (active_ && n > next_) gaps_[next_gap_++ % gaps_.size()] = {next_, n, arrived};
    active_ = true;
    next_ = n + 1;
    return false;
  }
  const auto gap = std::ranges::find_if(gaps_, [n](const Gap& g) { return g.begin <= n && n < g.end; });
  return gap != gaps_.end() && arrived - gap->seen > most_reordering;
}

IncomingTrack::Outcome IncomingTrack::insert(Time arrived, const wire::Media& media, bool repaired,
                                             std::vector<Completed>& ready) {
  const FragmentNumber first = media.fragment - media.index;
  if (done(media.fragment)) {
    ++context_.counters.fragments_duplicate;
    return {};
  }
  if (done(first)) return {};  // the rest of a frame that was dropped
  const std::size_t at = find_or_begin(arrived, first, media.fragment);
  if (at == nowhere) return {};
  Assembly& frame = *assemblies_[at];
  const Assembly::Added added = frame.add(context_.pool, media.index, media.data, arrived);
  if (added == Assembly::Added::duplicate) {
    ++context_.counters.fragments_duplicate;
    return {};
  }
  if (added == Assembly::Added::fresh) held_ += FragmentPool::cost(media.data.size());
  const bool overlaps = at + 1 < assemblies_.size() && assemblies_[at + 1]->first() < frame.end();
  if (added == Assembly::Added::contradiction || overlaps) {
    contradict(at);
    return {};
  }
  if (repaired) frame.mark_repaired();
  for (const auto& run : runs_) {
    if (run->holds(media.fragment)) run->present.set(static_cast<std::size_t>(media.fragment - run->first));
  }
  Outcome outcome{.fresh = true, .ends_frame = frame.is_last(media.index)};
  if (frame.whole()) {
    const std::size_t before = ready.size();
    complete(at, ready);
    outcome.completed = ready.size() > before;
    outcome.ends_frame = true;
  }
  return outcome;
}

/// Position in assemblies_ of the first frame that begins after `n`.
std::size_t IncomingTrack::after(FragmentNumber n) const {
  const auto at = std::ranges::upper_bound(assemblies_, n, {}, [](const auto& a) { return a->first(); });
  return static_cast<std::size_t>(at - assemblies_.begin());
}

/// The frame that begins with `first` and shall contain `n`. Nothing when another is in the way, which is
/// then dropped: no fragment belongs to two frames.
std::size_t IncomingTrack::find_or_begin(Time arrived, FragmentNumber first, FragmentNumber n) {
  std::size_t at = after(first);
  if (at > 0 && assemblies_[at - 1]->first() == first) return at - 1;
  if (at > 0 && assemblies_[at - 1]->end() > first) return contradict(at - 1), nowhere;
  if (at < assemblies_.size() && assemblies_[at]->first() <= n) return contradict(at), nowhere;
  if (assemblies_.size() >= max_assemblies) {
    drop_oldest();
    at = after(first);
  }
  begin_at(at, first, arrived);
  return at;
}

void IncomingTrack::begin_at(std::size_t at, FragmentNumber first, Time arrived) {
  if (spare_.empty()) spare_.push_back(std::make_unique<Assembly>());
  spare_.back()->begin(first, arrived);
  assemblies_.insert(assemblies_.begin() + static_cast<std::ptrdiff_t>(at), std::move(spare_.back()));
  spare_.pop_back();
  held_ += Assembly::overhead;
}

void IncomingTrack::complete(std::size_t at, std::vector<Completed>& ready) {
  Assembly& frame = *assemblies_[at];
  std::optional<Frame> whole = frame.assemble(context_.pool);
  if (!whole) return contradict(at);
  if (first_time(whole->number)) {
    ready.push_back({.track = id_,
                     .frame = std::move(*whole),
                     .first_arrival = frame.first_arrival(),
                     .last_arrival = frame.last_arrival(),
                     .repaired = frame.repaired()});
    ++context_.counters.frames_completed;
  }
  const FragmentNumber begin = frame.first(), end = frame.end();
  if (parity_used_ && frame.pieces().size() <= most_past_fragments_of_frame) remember(frame);
  remove(at);
  mark_done(begin, end);
}

/// AV-MED-10: a frame may come a second time under other fragment numbers, cut anew for smaller packets.
bool IncomingTrack::first_time(FrameNumber n) {
  using Insert = decltype(completed_)::Insert;
  if (completed_.contains(n)) return false;
  if (completed_.insert(n, n + 1) == Insert::full) {
    completed_.erase_lowest();
    completed_.insert(n, n + 1);
  }
  return true;
}

void IncomingTrack::remember(Assembly& frame) {
  for (const Assembly::Piece& piece : frame.pieces()) {
    past_.push_back({frame.first() + piece.index, piece});
    held_ += FragmentPool::cost(context_.pool.view(piece.slot).size());
  }
  held_ -= frame.held(context_.pool) - Assembly::overhead;
  frame.hand_over();
  forget_past(most_past_fragments);
}

void IncomingTrack::forget_past(std::size_t keep) {
  while (past_.size() > keep) {
    const FragmentPool::Slot slot = past_.front().piece.slot;
    held_ -= FragmentPool::cost(context_.pool.view(slot).size());
    context_.pool.release(slot);
    past_.pop_front();
  }
}

void IncomingTrack::remove(std::size_t at) {
  held_ -= assemblies_[at]->held(context_.pool);
  assemblies_[at]->release(context_.pool);
  if (spare_.size() < 8) spare_.push_back(std::move(assemblies_[at]));
  assemblies_.erase(assemblies_.begin() + static_cast<std::ptrdiff_t>(at));
}

/// Gives a frame up: what else of it is known to exist will not be taken again.
void IncomingTrack::drop(std::size_t at) {
  const FragmentNumber begin = assemblies_[at]->first(), end = assemblies_[at]->end();
  remove(at);
  mark_done(begin, end);
}

void IncomingTrack::contradict(std::size_t at) {
  ++context_.counters.contradictions;
  drop(at);
}

void IncomingTrack::drop_oldest() {
  const auto oldest =
      std::ranges::min_element(assemblies_, {}, [](const auto& a) { return a->first_arrival(); });
  ++context_.counters.evicted;
  drop(static_cast<std::size_t>(oldest - assemblies_.begin()));
}

void IncomingTrack::mark_done(FragmentNumber begin, FragmentNumber end) {
  if (done_.insert(begin, end) != decltype(done_)::Insert::full) return;
  // So many holes: the oldest will not be filled any more.
  floor_ = std::max(floor_, done_.front().end);
  done_.erase_lowest();
  done_.insert(begin, end);
  while (!assemblies_.empty() && assemblies_.front()->first() < floor_) {
    ++context_.counters.evicted;
    remove(0);
  }
}

void IncomingTrack::expire(Time before) {
  for (std::size_t i = assemblies_.size(); i-- > 0;) {
    if (i >= assemblies_.size() || assemblies_[i]->first_arrival() >= before) continue;
    ++context_.counters.expired;
    drop(i);
  }
  for (std::size_t i = runs_.size(); i-- > 0;) {
    if (runs_[i]->arrived < before) drop_run(i);
  }
}

bool IncomingTrack::evict() {
  if (!past_.empty()) return forget_past(0), true;
  if (!assemblies_.empty()) return drop_oldest(), true;
  if (!runs_.empty()) return drop_run(0), true;
  return false;
}

}  // namespace avocet::media
