#include <bit>
#include <cassert>
#include <cmath>

#include "protocol/media/repair_timing.hpp"
#include "protocol/media/send_track.hpp"

/// What a track does about losses: before they happen (runs and their parity, duplicates) and after.
namespace avocet::media {
namespace {

unsigned count_of(OutgoingRun::Rows rows) { return static_cast<unsigned>(std::popcount(rows)); }
OutgoingRun::Rows row_bit(unsigned row) { return OutgoingRun::Rows{1} << row; }
OutgoingRun::Rows rows_below(unsigned n) { return n >= 64 ? ~OutgoingRun::Rows{0} : row_bit(n) - 1; }

}  // namespace

OutgoingRun* SendTrack::run_of(FragmentNumber n) {
  const std::uint64_t after =
      runs_.partition_point(runs_.end(), [n](const OutgoingRun& run) { return run.first <= n; });
  if (after == runs_.begin() || !runs_[after - 1].holds(n)) return nullptr;
  return &runs_[after - 1];
}

void SendTrack::join_run(SenderContext& context, Time now, const OutgoingFrame& f, FragmentNumber n) {
  const bool small = f.fragments <= most_shared && f.deadline;
  if (!runs_.empty() && runs_.back().open) {
    const OutgoingRun& last = runs_.back();
    const bool fits = n > f.first || (small && last.shared && last.count + f.fragments <= last.limit);
    if (!fits || last.end() != n) close_open_run(context, now);
  }
  if (runs_.empty() || !runs_.back().open) {
    const std::uint32_t runs = (f.fragments + max_run - 1) / max_run;
    runs_.push_back({.first = n,
                     .limit = small ? max_run : (f.fragments + runs - 1) / runs,
                     .shared = small,
                     .deadline = f.deadline});
  }
  OutgoingRun& run = runs_.back();
  ++run.count;
  const auto index = static_cast<std::uint32_t>(n - f.first);
  run.longest = std::max(run.longest, static_cast<std::uint32_t>(f.size_of(index)));
  run.key = run.key || f.frame.key;
  if (f.deadline) {
    run.deadline = run.deadline ? std::min(*run.deadline, *f.deadline) : f.deadline;
    run.close_by = *run.deadline - lag(context.path) - 2 * context.path.variation - sending_takes;
  }
}

void SendTrack::close_open_run(SenderContext& context, Time now) {
  if (!runs_.empty() && runs_.back().open) close_run(context, now, runs_.back());
}

/// Parity of a long run is worth more than as much parity of several short ones. When parity is all there is,
/// a run that cannot afford what it needs waits for the next frame, as long as its own deadlines allow.
bool SendTrack::may_grow(SenderContext& context, Time now, const OutgoingRun& run) const {
  return run.shared && run.deadline && run.count < run.limit && !options_.duplicate &&
         repeats_left(context.path, now, *run.deadline) == 0 &&
         context.plan.rows_alone(run.count) > parity_share * run.count;
}

void SendTrack::close_run(SenderContext& context, Time now, OutgoingRun& run) {
  run.open = false;
  if (!run.deadline || options_.duplicate) return;
  const int repeats = repeats_left(context.path, now, *run.deadline);
  unsigned rows = 0;
  if (repeats == 0) rows = context.plan.rows_alone(run.count);
  if (repeats == 1) rows = context.plan.rows_before_repeat(run.count);
  double affordable = std::max(parity_budget_, 0.0);
  if (run.key) affordable = std::max(affordable, std::ceil(key_parity_share * run.count));
  rows = std::min({rows, static_cast<unsigned>(affordable), run.rows_left()});
  parity_budget_ = std::max(parity_budget_ - rows, -most_saved);
  run.planned = static_cast<std::uint8_t>(rows);
  queue_rows(now, run, rows, now, Duration::zero());
  repair(context, now, run);
}

void SendTrack::queue_rows(Time now, OutgoingRun& run, unsigned rows, Time from, Duration apart) {
  rows = std::min(rows, run.rows_left());
  for (unsigned i = 0; i < rows; ++i) {
    repairs_.push(now, {Repair::What::row, run.first, *run.deadline, from + i * apart});
  }
  run.queued = static_cast<std::uint8_t>(run.queued + rows);
}

void SendTrack::queue_again(Time now, FragmentNumber n, Time deadline, Time at, bool last_try) {
  OutgoingFragment& fragment = frames_.fragment(n);
  fragment.fate = Fate::queued;
  fragment.last_try = last_try;
  repairs_.push(now, {Repair::What::fragment, n, deadline, at});
}

/// Answers what is known to be lost of a run with a deadline. Fragments and rows are one code: any `count` of
/// them rebuild the run. So only as many are repeated as rows on their way will not make up for; and when
/// there will be no time to notice the loss of a repeat, as many more rows go with it as make it arrive
/// almost surely.
void SendTrack::repair(SenderContext& context, Time now, OutgoingRun& run) {
  const int repeats = repeats_left(context.path, now, *run.deadline);
  if (repeats < 0) return;
  unsigned lost = 0, uncertain = 0;  // uncertain: repeats of the last try that are on their way
  for (FragmentNumber n = run.first; n < run.end(); ++n) {
    const OutgoingFragment& fragment = frames_.fragment(n);
    if (fragment.fate == Fate::lost) ++lost;
    if (fragment.last_try && (fragment.fate == Fate::in_flight || fragment.fate == Fate::queued)) ++uncertain;
  }
  if (lost == 0) return;
  const OutgoingRun::Rows planned = rows_below(run.planned), sent = rows_below(run.sent);
  const unsigned still_queued_planned = run.planned > run.sent ? run.planned - run.sent : 0;
  // Planned rows count until they are known to be lost, later ones once they are known to have arrived.
  const unsigned sure_rows =
      count_of(sent & planned & ~run.lost) + still_queued_planned + count_of(run.acked & ~planned);
  const unsigned later_rows =
      count_of(sent & ~planned & ~run.lost & ~run.acked) + (run.queued - still_queued_planned);
  const bool last_try = repeats == 0;
  const unsigned missing = lost + (last_try ? uncertain : 0);
  const unsigned on_the_way = later_rows + (last_try ? uncertain : 0);
  const unsigned covered = last_try ? sure_rows : sure_rows + later_rows;
  if (missing <= covered) return;
  const unsigned needed = missing - covered;
  unsigned more = std::min(needed, lost);
  if (last_try) {
    const unsigned enough = context.plan.copies(needed);
    more = enough > on_the_way ? enough - on_the_way : 0;
  }
  const Time deadline = *run.deadline;
  const Duration left = deadline - now - lag(context.path);
  const Duration apart = std::min<Duration>(repeats_apart, left / (more + 1));
  unsigned at = 0;
  for (FragmentNumber n = run.first; n < run.end() && at < more; ++n) {
    if (frames_.fragment(n).fate != Fate::lost) continue;
    queue_again(now, n, deadline, now, last_try);
    ++at;
  }
  const unsigned rows = std::min(more - at, static_cast<unsigned>(std::max(0.0, repeat_budget_)));
  repeat_budget_ -= rows;
  queue_rows(now, run, rows, now + apart, apart);
}

void SendTrack::ask_duplicate(SenderContext& context, Time now, const OutgoingFrame& f, FragmentNumber n) {
  if (!options_.duplicate || !f.deadline) return;  // AV-MED-20
  const bool lossy = context.plan.loss() > 0.001 || (last_loss_ && now < *last_loss_ + loss_remembered);
  if (!lossy && repeats_left(context.path, now, *f.deadline) >= 1) return;
  repairs_.push(now, {Repair::What::duplicate, n, *f.deadline, now + duplicate_after});
}

const Repair* SendTrack::next_repair(const SenderContext& context, Time now) {
  while (const Repair* repair = repairs_.first()) {
    if (wanted(context, now, *repair)) return repair;
    repairs_.pop();
  }
  return nullptr;
}

/// Whether a repair still makes sense now that its turn has come; settles the state of what does not.
bool SendTrack::wanted(const SenderContext& context, Time now, const Repair& repair) {
  if (!frames_.holds(repair.number)) return false;
  const bool in_time = repair.deadline == Time::max() || now + lag(context.path) <= repair.deadline;
  OutgoingFragment& fragment = frames_.fragment(repair.number);
  if (repair.what == Repair::What::fragment) {
    if (fragment.fate != Fate::queued) return false;
    if (!in_time) fragment.fate = Fate::lost;
    return in_time;
  }
  if (repair.what == Repair::What::duplicate) return in_time && fragment.fate == Fate::in_flight;
  OutgoingRun* run = run_of(repair.number);
  if (run == nullptr || run->first != repair.number) return false;
  bool useful = false;
  for (FragmentNumber n = run->first; n < run->end() && in_time && !run->too_long; ++n) {
    const Fate fate = frames_.fragment(n).fate;
    useful = useful || (fate != Fate::acked && fate != Fate::given_up);
  }
  if (!useful) --run->queued;
  return useful;
}

void SendTrack::on_acked(SenderContext& context, FragmentNumber n) {
  if (!frames_.holds(n)) return;
  OutgoingFragment& fragment = frames_.fragment(n);
  if (fragment.copies > 0) --fragment.copies;
  delivered(context, n);
  if (parity_acked_) {
    const OutgoingRun* run = run_of(n);
    if (run != nullptr && run->acked != 0) deduce_delivery(context, *run);
  }
  forget_finished();
}

void SendTrack::delivered(SenderContext& context, FragmentNumber n) {
  if (!frames_.acked(n)) return;
  ++context.counters.frames_delivered;
  // Runs of frames without a deadline hold one frame, so nobody else needs the payload.
  OutgoingFrame& f = frames_.frame_of(n);
  if (!f.deadline) frames_.release_payload(f);
}

void SendTrack::on_lost(SenderContext& context, Time now, FragmentNumber n) {
  last_loss_ = now;
  if (!frames_.holds(n)) return;
  OutgoingFragment& fragment = frames_.fragment(n);
  if (fragment.copies > 0) --fragment.copies;
  if (fragment.fate != Fate::in_flight || fragment.copies > 0) return;
  fragment.fate = Fate::lost;
  const OutgoingFrame& f = frames_.frame_of(n);
  if (!f.deadline) return queue_again(now, n, Time::max(), now, false);
  OutgoingRun* run = run_of(n);
  const int repeats = repeats_left(context.path, now, *f.deadline);
  if (run == nullptr || (run->open && repeats >= 1) || options_.duplicate) {
    if (repeats >= 0) queue_again(now, n, *f.deadline, now, repeats == 0);
  } else if (!run->open) {
    repair(context, now, *run);
  }
}

void SendTrack::on_parity_acked(SenderContext& context, FragmentNumber first, std::uint8_t row) {
  OutgoingRun* run = run_of(first);
  if (run == nullptr || run->first != first || row >= run->sent) return;
  run->acked |= row_bit(row), run->lost &= ~row_bit(row);
  parity_acked_ = true;
  deduce_delivery(context, *run);
  forget_finished();
}

void SendTrack::on_parity_lost(SenderContext& context, Time now, FragmentNumber first, std::uint8_t row) {
  last_loss_ = now;
  OutgoingRun* run = run_of(first);
  if (run == nullptr || run->first != first || row >= run->sent || (run->acked & row_bit(row)) != 0) return;
  run->lost |= row_bit(row);
  if (run->deadline && !run->open) repair(context, now, *run);
}

/// Any `count` of a run's fragments and rows rebuild it, so what else was sent need not be waited for. Frames
/// without a deadline are repeated until each fragment is acknowledged: nothing may be left to a peer's
/// limits there.
void SendTrack::deduce_delivery(SenderContext& context, const OutgoingRun& run) {
  if (!run.deadline || run.open) return;
  unsigned arrived = count_of(run.acked);
  for (FragmentNumber n = run.first; n < run.end(); ++n) arrived += frames_.fragment(n).fate == Fate::acked;
  if (arrived < run.count) return;
  for (FragmentNumber n = run.first; n < run.end(); ++n) delivered(context, n);
}

}  // namespace avocet::media
