#include "protocol/media/media_sender.hpp"

#include <algorithm>
#include <cassert>

#include "protocol/media/send_track.hpp"

namespace avocet::media {
namespace {

/// Data bytes of a fragment such that not only the MEDIA frame but also a PARITY frame over it fits into
/// `payload`: type 1 + track + first at most 8 + count 1 + row 1 + length 2 + Shard header 4. (MEDIA: type 1
/// + track + fragment at most 8 + index at most 2 + length 2 is 4 bytes less.) With 1200-byte datagrams and a
/// track below 64: 1153.
std::size_t fragment_size(std::size_t payload, TrackId track) {
  const std::size_t overhead = 1 + wire::varint_size(track.value) + 8 + 1 + 1 + 2 + wire::shard_header_size;
  assert(payload >= overhead + 64);  // a head takes at most 49
  return payload - overhead;
}

/// Deadlines beyond this are as good as this.
constexpr Duration farthest_deadline = 1h;

/// repair_share() is a mean over about as many bytes, the latest of which count most.
constexpr double repair_memory = 256 << 10;

}  // namespace

MediaSender::MediaSender(const Config& config)
    : config_(config), context_(std::make_unique<SenderContext>()) {}
MediaSender::MediaSender(MediaSender&&) noexcept = default;
MediaSender& MediaSender::operator=(MediaSender&&) noexcept = default;
MediaSender::~MediaSender() = default;

MediaSender::Share* MediaSender::find(TrackId id) {
  const auto at = std::ranges::find_if(tracks_, [id](const Share& s) { return s.track->id() == id; });
  return at == tracks_.end() ? nullptr : &*at;
}
const MediaSender::Share* MediaSender::find(TrackId id) const {
  return const_cast<MediaSender*>(this)->find(id);
}

void MediaSender::open_track(TrackId id, const TrackOptions& options) {
  changed();
  if (Share* known = find(id)) return known->track->set_options(options);
  tracks_.push_back(
      {std::make_unique<SendTrack>(id, options, fragment_size(config_.payload, id)), virtual_time_});
}

void MediaSender::close_track(TrackId id) {
  cancel(id, FrameNumber{0});
  changed();
  std::erase_if(tracks_, [id](const Share& s) { return s.track->id() == id; });
}

MediaSender::Taken MediaSender::send(Time now, TrackId id, const Frame& frame, std::optional<Time> deadline) {
  Share* share = find(id);
  if (share == nullptr) return Taken::closed;
  changed();
  if (frame.size() > wire::max_frame_size) return Taken::too_large;
  if (bytes_held() + frame.size() + OutgoingFrames::frame_overhead > config_.max_queue) {
    // What has expired need not stand in the way.
    advance(now);
    if (bytes_held() + frame.size() + OutgoingFrames::frame_overhead > config_.max_queue) {
      refused_ = true;
      return Taken::full;
    }
  }
  if (deadline) deadline = std::min(*deadline, now + farthest_deadline);
  return share->track->push(*context_, now, frame, deadline) ? Taken::accepted : Taken::too_large;
}

void MediaSender::cancel(TrackId id, FrameNumber from) {
  changed();
  if (Share* share = find(id)) share->track->cancel(*context_, from);
}

std::optional<FrameNumber> MediaSender::first_undelivered(TrackId id, FrameNumber from) const {
  const Share* share = find(id);
  return share == nullptr ? std::nullopt : share->track->frames().first_undelivered(from);
}

std::size_t MediaSender::bytes_unsent(TrackId id) const {
  const Share* share = find(id);
  return share == nullptr ? 0 : share->track->frames().bytes_unsent();
}

bool MediaSender::needs_key_frame(TrackId id) const {
  const Share* share = find(id);
  return share != nullptr && share->track->needs_key_frame();
}

void MediaSender::set_path(const Path& path) {
  changed();
  context_->path = path;
  context_->plan.set_loss(path.loss);
}

void MediaSender::set_payload(std::size_t payload) {
  if (payload == config_.payload) return;
  changed();
  config_.payload = payload;
  for (Share& share : tracks_) share.track->set_fragment_size(fragment_size(payload, share.track->id()));
}

void MediaSender::advance(Time now) {
  if (advanced_ == now) return;
  for (Share& share : tracks_) share.track->advance(*context_, now);
  advanced_ = now;
  chosen_.reset();
}

/// The track to send from: the best rank, and within it who has had least for its weight.
MediaSender::Share* MediaSender::choose(Time now) {
  if (chosen_) return *chosen_;
  Share* best = nullptr;
  SendTrack::Rank best_rank = SendTrack::nothing_to_send;
  for (Share& share : tracks_) {
    const SendTrack::Rank rank = share.track->rank(*context_, now);
    if (rank == SendTrack::nothing_to_send) continue;
    if (best == nullptr || rank < best_rank || (rank == best_rank && share.finish < best->finish)) {
      best = &share, best_rank = rank;
    }
  }
  chosen_ = best;
  return best;
}

bool MediaSender::wants_to_send(Time now) {
  advance(now);
  return choose(now) != nullptr;
}

bool MediaSender::patient() const {
  return std::ranges::none_of(tracks_, [](const Share& share) { return share.track->hurries(); });
}

std::optional<Time> MediaSender::wake() const {
  std::optional<Time> at;
  for (const Share& share : tracks_) {
    const std::optional<Time> next = share.track->wake();
    if (next && (!at || *next < *at)) at = next;
  }
  return at;
}

bool MediaSender::write_next(Time now, wire::Writer& packet, Sent& out) {
  advance(now);
  Share* share = choose(now);
  if (share == nullptr || !share->track->write(*context_, now, packet, out)) return false;
  chosen_.reset();
  // Who was idle saved nothing up: it starts where the others are.
  const double start = std::max(share->finish, virtual_time_);
  share->finish = start + out.length / share->track->weight();
  virtual_time_ = start;
  const double weight = std::min(1.0, out.length / repair_memory);
  repair_share_ += ((out.parity || out.retransmission ? 1.0 : 0.0) - repair_share_) * weight;
  return true;
}

bool MediaSender::write_probe_parity(Time now, wire::Writer& packet, Sent& out) {
  advance(now);
  chosen_.reset();
  return std::ranges::any_of(
      tracks_, [&](Share& share) { return share.track->write_probe_parity(*context_, packet, out); });
}

void MediaSender::on_acked(TrackId id, FragmentNumber fragment) {
  changed();
  if (Share* share = find(id)) share->track->on_acked(*context_, fragment);
}
void MediaSender::on_lost(Time now, TrackId id, FragmentNumber fragment) {
  changed();
  if (Share* share = find(id)) share->track->on_lost(*context_, now, fragment);
}
void MediaSender::on_parity_acked(TrackId id, FragmentNumber first, std::uint8_t row) {
  changed();
  if (Share* share = find(id)) share->track->on_parity_acked(*context_, first, row);
}
void MediaSender::on_parity_lost(Time now, TrackId id, FragmentNumber first, std::uint8_t row) {
  changed();
  if (Share* share = find(id)) share->track->on_parity_lost(*context_, now, first, row);
}

std::size_t MediaSender::bytes_held() const {
  std::size_t held = 0;
  for (const Share& share : tracks_) held += share.track->frames().bytes_held();
  return held;
}

bool MediaSender::take_writable() {
  if (!refused_ || bytes_held() > config_.max_queue - config_.max_queue / 4) return false;
  refused_ = false;
  return true;
}

const SenderCounters& MediaSender::counters() const { return context_->counters; }

}  // namespace avocet::media
