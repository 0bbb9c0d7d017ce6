#include <algorithm>

#include "analysis/playback/frame_outlines.hpp"
#include "protocol/media/parity_code.hpp"

/// What outlines of frames do with parity.
namespace avocet::analysis {

void FrameOutlines::on_parity(Time now, const wire::Parity& parity, std::vector<WholeFrame>& whole) {
  if (!wire::Wire<wire::Parity>::valid(parity) || parity.data.size() > wire::largest_datagram) return;
  parity_used_ = true;
  bool needed = false;
  for (unsigned i = 0; i < parity.count && !needed; ++i) needed = !done(parity.first + i);
  if (!needed) return;
  Run& run = run_for(now, parity);
  const bool known = std::ranges::find(run.rows, parity.row, &Row::row) != run.rows.end();
  if (known || run.rows.size() >= most_rows || run.shard_size != parity.data.size()) return;
  Row& row = run.rows.emplace_back(Row{.row = parity.row});
  std::ranges::copy(parity.data.first(std::min(parity.data.size(), row.head.size())), row.head.begin());
  rebuild_runs(now, whole);
}

/// The run that the parity belongs to, begun if need be.
FrameOutlines::Run& FrameOutlines::run_for(Time now, const wire::Parity& parity) {
  const auto known = std::ranges::find_if(
      runs_, [&](const Run& run) { return run.first == parity.first && run.count == parity.count; });
  if (known != runs_.end()) return *known;
  if (runs_.size() >= most_runs) runs_.erase(runs_.begin());
  Run run{.track = parity.track,
          .first = parity.first,
          .count = parity.count,
          .shard_size = parity.data.size(),
          .arrived = now};
  for (unsigned i = 0; i < run.count; ++i) run.present.set(i, here(run.first + i));
  return runs_.emplace_back(std::move(run));
}

/// Until no run can be rebuilt: what one yields may be what another lacks. Each round takes a run away.
void FrameOutlines::rebuild_runs(Time now, std::vector<WholeFrame>& whole) {
  for (std::size_t i = 0; i < runs_.size();) {
    // What came too long ago must be rebuilt along with what is missing.
    for (unsigned n = 0; n < runs_[i].count && runs_[i].rows.size() >= runs_[i].missing(); ++n) {
      if (runs_[i].missing() > 0 && head_of(runs_[i].first + n) == nullptr) runs_[i].present.reset(n);
    }
    if (runs_[i].rows.size() < runs_[i].missing()) {
      ++i;
      continue;
    }
    const Run run = std::move(runs_[i]);
    runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(i));
    if (run.missing() == 0) continue;
    std::vector<Bytes> shards;
    for (const wire::Media& media : rebuild(run, shards)) {
      recovered_ += !here(media.fragment);
      insert(now, media, true, whole);
    }
    i = 0;
  }
}

/// The missing fragments, of which only the beginnings are right; views into `shards`. None when they
/// contradict each other.
std::vector<wire::Media> FrameOutlines::rebuild(const Run& run, std::vector<Bytes>& shards) const {
  const std::size_t missing = run.missing(), size = std::min(run.shard_size, FragmentHead::size);
  std::vector<std::uint8_t> rows, lost;
  std::vector<Bytes> reduced;
  for (std::size_t i = 0; i < missing; ++i) {
    rows.push_back(run.rows[i].row);
    reduced.emplace_back(run.rows[i].head.begin(),
                         run.rows[i].head.begin() + static_cast<std::ptrdiff_t>(size));
  }
  for (unsigned i = 0; i < run.count; ++i) {
    if (!run.present.test(i)) {
      lost.push_back(static_cast<std::uint8_t>(i));
      continue;
    }
    const FragmentHead& head = *head_of(run.first + i);
    for (std::size_t r = 0; r < missing; ++r) {
      media::add_to_parity(reduced[r], run.count, rows[r], i, ByteView(head.bytes).first(size));
    }
  }
  shards.resize(missing);
  media::rebuild_shards(run.count, rows, lost, reduced, shards);
  std::vector<wire::Media> out;
  for (std::size_t i = 0; i < missing; ++i) {
    shards[i].resize(run.shard_size);  // zeros where it is not known
    const auto shard = wire::decode<wire::Shard>(shards[i]);
    const FragmentNumber number = run.first + lost[i];
    if (!shard || shard->index > number.value) return {};  // AV-FEC-6
    out.push_back({run.track, number, shard->index, shard->data.first(shard->length)});
  }
  return out;
}

}  // namespace avocet::analysis
