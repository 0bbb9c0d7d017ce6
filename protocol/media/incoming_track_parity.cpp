#include <algorithm>
#include <cassert>

#include "protocol/media/incoming_track.hpp"
#include "protocol/media/parity_code.hpp"

/// What a track does with parity.
namespace avocet::media {

IncomingTrack::Outcome IncomingTrack::on_parity(Time arrived, const wire::Parity& parity,
                                                std::vector<Completed>& ready) {
  last_active_ = std::max(last_active_, arrived);
  parity_used_ = true;
  bool needed = false;
  for (unsigned i = 0; i < parity.count && !needed; ++i) needed = !done(parity.first + i);
  if (!needed) return {};
  IncomingRun* run = run_for(arrived, parity);
  if (run == nullptr) return {};
  const bool known = std::ranges::find(run->rows, parity.row, &IncomingRun::Row::row) != run->rows.end();
  if (known || run->rows.full()) return {};
  run->rows.push_back({parity.row, context_.pool.store(parity.data)});
  held_ += FragmentPool::cost(parity.data.size());
  Outcome outcome = decode_runs(arrived, ready);
  outcome.fresh = true;
  outcome.ends_frame = outcome.completed;
  return outcome;
}

/// The run that the parity belongs to, begun if need be. Nothing when it contradicts what is known of that
/// run.
IncomingRun* IncomingTrack::run_for(Time arrived, const wire::Parity& parity) {
  const auto known = std::ranges::find_if(
      runs_, [&](const auto& run) { return run->first == parity.first && run->count == parity.count; });
  if (known != runs_.end()) {
    if ((*known)->shard_size == parity.data.size()) return known->get();  // AV-FEC-7
    ++context_.counters.contradictions;
    drop_run(static_cast<std::size_t>(known - runs_.begin()));
    return nullptr;
  }
  if (runs_.size() >= max_runs) drop_run(0);
  auto run = std::make_unique<IncomingRun>();
  run->first = parity.first;
  run->count = parity.count;
  run->shard_size = parity.data.size();
  run->arrived = arrived;
  for (unsigned i = 0; i < parity.count; ++i) {
    const FragmentNumber n = parity.first + i;
    if (done(n) || piece(n)) run->present.set(i);
  }
  held_ += IncomingRun::overhead;
  runs_.push_back(std::move(run));
  return runs_.back().get();
}

void IncomingTrack::drop_run(std::size_t at) {
  for (const IncomingRun::Row& row : runs_[at]->rows) {
    held_ -= FragmentPool::cost(context_.pool.view(row.slot).size());
    context_.pool.release(row.slot);
  }
  held_ -= IncomingRun::overhead;
  runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(at));
}

/// Rebuilds until no run can be: what one yields may be what another lacks. Each round takes a run away.
IncomingTrack::Outcome IncomingTrack::decode_runs(Time arrived, std::vector<Completed>& ready) {
  Outcome outcome;
  for (std::size_t i = 0; i < runs_.size();) {
    IncomingRun& run = *runs_[i];
    if (run.missing() == 0) {
      drop_run(i);
      continue;
    }
    if (run.rows.size() < run.missing() || !decode(run)) {
      // decode() may have found that fragments are no longer held; then the run waits, or goes when it is the
      // oldest.
      ++i;
      continue;
    }
    drop_run(i);
    for (const wire::Media& media : context_.rebuilt) {
      const Outcome one = insert(arrived, media, true, ready);
      context_.counters.fragments_recovered += one.fresh;
      outcome.completed = outcome.completed || one.completed;
    }
    i = 0;
  }
  return outcome;
}

/// Fills context_.rebuilt with the missing fragments. True also when the run turned out to be contradictory,
/// with nothing in context_.rebuilt: it is of no more use.
bool IncomingTrack::decode(IncomingRun& run) {
  context_.rebuilt.clear();
  for (unsigned i = 0; i < run.count; ++i) {
    if (run.present.test(i) && !piece(run.first + i)) run.present.reset(i);
  }
  const std::size_t missing = run.missing();
  if (run.rows.size() < missing) return false;
  std::vector<std::uint8_t> rows;
  std::vector<Bytes> reduced;
  for (const IncomingRun::Row& row : run.rows) {
    if (rows.size() == missing) break;
    const ByteView parity = context_.pool.view(row.slot);
    rows.push_back(row.row);
    reduced.emplace_back(parity.begin(), parity.end());
  }
  std::vector<std::uint8_t> lost;
  Bytes shard(wire::shard_header_size + wire::largest_datagram);
  for (unsigned i = 0; i < run.count; ++i) {
    if (!run.present.test(i)) {
      lost.push_back(static_cast<std::uint8_t>(i));
      continue;
    }
    const Assembly::Piece held = *piece(run.first + i);
    const ByteView bytes = lay_out_shard(shard, held.index, context_.pool.view(held.slot));
    if (bytes.size() > run.shard_size) return ++context_.counters.contradictions, true;
    for (std::size_t r = 0; r < rows.size(); ++r) add_to_parity(reduced[r], run.count, rows[r], i, bytes);
  }
  context_.rebuilt_bytes.resize(missing);
  rebuild_shards(run.count, rows, lost, reduced, context_.rebuilt_bytes);
  for (std::size_t i = 0; i < missing; ++i) {
    const auto rebuilt = wire::decode<wire::Shard>(context_.rebuilt_bytes[i]);
    const FragmentNumber number = run.first + lost[i];
    // AV-FEC-6
    const bool fits =
        rebuilt && rebuilt->index <= number.value && rebuilt->index < wire::max_fragments_per_frame &&
        std::ranges::all_of(
            rebuilt->data.subspan(rebuilt->length), [](std::byte b) { return b == std::byte{0}; });
    if (!fits) return context_.rebuilt.clear(), ++context_.counters.contradictions, true;
    context_.rebuilt.push_back({id_, number, rebuilt->index, rebuilt->data.first(rebuilt->length)});
  }
  return true;
}

std::optional<Assembly::Piece> IncomingTrack::piece(FragmentNumber n) const {
  const std::size_t at = after(n);
  if (at > 0 && n - assemblies_[at - 1]->first() < wire::max_fragments_per_frame) {
    const auto index = static_cast<std::uint16_t>(n - assemblies_[at - 1]->first());
    if (const Assembly::Piece* held = assemblies_[at - 1]->find(index)) return *held;
  }
  for (std::uint64_t i = past_.end(); i > past_.begin(); --i) {
    if (past_[i - 1].number == n) return past_[i - 1].piece;
  }
  return std::nullopt;
}

}  // namespace avocet::media
