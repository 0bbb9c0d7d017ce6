#include "sim/record/timeline.hpp"

#include <algorithm>

namespace avocet::sim {
namespace {

/// The rows of a flow while they are filled, found by time.
class Rows {
 public:
  Rows(const FlowRecord& record, Duration grain) : start_(record.start), grain_(grain) {
    const Duration length = record.stop - record.start;
    rows_.resize(static_cast<std::size_t>((length + grain - Duration(1)) / grain));
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i].time = to_seconds(begin(i));
  }

  /// Null outside the flow's time.
  TimelineRow* at(Time when) {
    const Duration since = when.time_since_epoch() - start_;
    if (since < Duration::zero()) return nullptr;
    const auto index = static_cast<std::size_t>(since / grain_);
    return index < rows_.size() ? &rows_[index] : nullptr;
  }
  Duration begin(std::size_t row) const { return start_ + grain_ * static_cast<std::int64_t>(row); }
  std::vector<TimelineRow>& all() { return rows_; }

 private:
  const Duration start_, grain_;
  std::vector<TimelineRow> rows_;
};

void add_packets(Rows& rows, const FlowRecord& record, double seconds) {
  std::vector<std::uint64_t> packets(rows.all().size());
  for (const FlowRecord::Served& packet : record.served) {
    TimelineRow* row = rows.at(packet.at);
    if (row == nullptr) continue;
    const double queued = to_seconds(packet.queued);
    auto& n = packets[static_cast<std::size_t>(row - rows.all().data())];
    const double sum = n == 0 ? 0 : row->queue_delay * static_cast<double>(n);
    row->queue_delay = (sum + queued) / static_cast<double>(++n);
    row->queue_delay_max = std::max(row->queue_delay_max, queued);
    row->receiving += static_cast<double>(packet.size) * 8 / seconds;
  }
  for (const FlowRecord::Entered& packet : record.entered) {
    if (TimelineRow* row = rows.at(packet.at)) row->sending += static_cast<double>(packet.size) * 8 / seconds;
  }
  for (const Time lost : record.lost) {
    if (TimelineRow* row = rows.at(lost)) ++row->packets_lost;
  }
}

void add_frames(Rows& rows, const FlowRecord& record, double seconds) {
  for (const FlowRecord::SentFrame& frame : record.frames_sent) {
    if (TimelineRow* row = rows.at(frame.captured)) ++row->frames_sent;
  }
  for (const FlowRecord::DeliveredFrame& frame : record.frames_delivered) {
    TimelineRow* row = rows.at(frame.decodable);
    if (row == nullptr) continue;
    row->frame_delay_max = std::max(row->frame_delay_max, to_seconds(frame.decodable - frame.captured));
    ++(frame.late ? row->frames_late : row->frames_delivered);
    if (!frame.late) row->goodput += static_cast<double>(frame.size) * 8 / seconds;
  }
}

/// What the ends say holds until they say something else.
void add_states(Rows& rows, const FlowRecord& record) {
  auto state = record.states.begin();
  auto rendition = record.renditions.begin();
  auto frame = record.frames_delivered.begin();
  Time shown_until{};
  FlowRecord::State last;
  for (std::size_t i = 0; i < rows.all().size(); ++i) {
    const Time end(rows.begin(i + 1));
    while (state != record.states.end() && state->at < end) last = *state++;
    while (rendition != record.renditions.end() && rendition->from < end) ++rendition;
    for (; frame != record.frames_delivered.end() && frame->decodable < end; ++frame) {
      shown_until = std::max(shown_until, frame->due);
    }
    TimelineRow& row = rows.all()[i];
    row.target = static_cast<double>(last.target.bps());
    row.wanted = static_cast<double>(last.wanted.bps());
    row.rtt = to_seconds(last.smoothed_rtt);
    row.buffered = to_seconds(last.buffered + std::max(shown_until - end, Duration::zero()));
    row.repair_share = last.repair_share;
    row.freeze_count = last.freeze_count;
    row.rendition = static_cast<std::size_t>(rendition - record.renditions.begin());
  }
}

}  // namespace

std::vector<TimelineRow> timeline(const FlowRecord& record, const Capacity& capacity, Duration grain) {
  Rows rows(record, grain);
  for (std::size_t i = 0; i < rows.all().size(); ++i) {
    const DataRate rate = capacity(rows.begin(i));
    rows.all()[i].capacity = rate.is_infinite() ? 0 : static_cast<double>(rate.bps());
  }
  add_packets(rows, record, to_seconds(grain));
  add_frames(rows, record, to_seconds(grain));
  add_states(rows, record);
  return std::move(rows.all());
}

}  // namespace avocet::sim
