#include "protocol/media/reassembler.hpp"

#include <algorithm>

#include "protocol/media/incoming_track.hpp"

namespace avocet::media {
namespace {

constexpr std::size_t max_ignored = 64;

std::size_t cost(const Completed& completed) { return completed.frame.size() + Assembly::overhead; }

}  // namespace

Reassembler::Reassembler(const Config& config)
    : config_(config), context_(std::make_unique<ReassemblyContext>()) {}
Reassembler::Reassembler(Reassembler&&) noexcept = default;
Reassembler& Reassembler::operator=(Reassembler&& other) noexcept {
  tracks_.clear();  // they refer to the context, which goes first otherwise
  config_ = other.config_;
  context_ = std::move(other.context_);
  tracks_ = std::move(other.tracks_);
  ignored_ = std::move(other.ignored_);
  ready_ = std::move(other.ready_);
  next_ready_ = other.next_ready_;
  ready_bytes_ = other.ready_bytes_;
  return *this;
}
Reassembler::~Reassembler() = default;

Reassembler::Outcome Reassembler::on_media(Time arrived, const wire::Media& media) {
  ++context_->counters.fragments_received;
  if (media.data.empty() || media.data.size() > wire::largest_datagram ||
      media.index > media.fragment.value || media.index >= wire::max_fragments_per_frame) {
    ++context_->counters.contradictions;
    return {};
  }
  if (!make_room(IncomingTrack::cost(media.data.size()))) return {};
  IncomingTrack* to = track(media.track);
  if (to == nullptr) return {};
  const std::size_t already_ready = ready_.size();
  return settle(to->on_media(arrived, media, ready_), already_ready);
}

Reassembler::Outcome Reassembler::on_parity(Time arrived, const wire::Parity& parity) {
  ++context_->counters.parity_received;
  if (!wire::Wire<wire::Parity>::valid(parity) || parity.data.size() > wire::largest_datagram) {
    ++context_->counters.contradictions;
    return {};
  }
  if (!make_room(IncomingTrack::cost(parity.data.size()))) return {};
  IncomingTrack* to = track(parity.track);
  if (to == nullptr) return {};
  const std::size_t already_ready = ready_.size();
  return settle(to->on_parity(arrived, parity, ready_), already_ready);
}

Reassembler::Outcome Reassembler::settle(Outcome outcome, std::size_t already_ready) {
  for (std::size_t i = already_ready; i < ready_.size(); ++i) ready_bytes_ += cost(ready_[i]);
  make_room(0);
  return outcome;
}

std::optional<Completed> Reassembler::next() {
  if (next_ready_ == ready_.size()) return std::nullopt;
  Completed completed = std::move(ready_[next_ready_++]);
  ready_bytes_ -= cost(completed);
  if (next_ready_ == ready_.size()) ready_.clear(), next_ready_ = 0;
  return completed;
}

/// The track of that id, begun if need be; nothing when it is to be ignored.
IncomingTrack* Reassembler::track(TrackId id) {
  const auto known = std::ranges::find_if(tracks_, [id](const auto& t) { return t->id() == id; });
  if (known != tracks_.end()) return known->get();
  if (std::ranges::find(ignored_, id) != ignored_.end()) return nullptr;
  if (tracks_.size() >= max_tracks) {
    tracks_.erase(std::ranges::min_element(tracks_, {}, [](const auto& t) { return t->last_active(); }));
  }
  return tracks_.emplace_back(std::make_unique<IncomingTrack>(id, *context_)).get();
}

/// Evicts from the track that holds most until `needed` more bytes are within the bound. False when what
/// waits to be taken fills it.
bool Reassembler::make_room(std::size_t needed) {
  while (bytes_held() + needed > config_.max_pending) {
    if (tracks_.empty()) return false;
    const auto most = std::ranges::max_element(tracks_, {}, [](const auto& t) { return t->held(); });
    if (!(*most)->evict()) return false;
  }
  return true;
}

void Reassembler::ignore_track(TrackId id) {
  std::erase_if(tracks_, [id](const auto& t) { return t->id() == id; });
  if (std::ranges::find(ignored_, id) != ignored_.end()) return;
  if (ignored_.size() >= max_ignored) ignored_.erase(ignored_.begin());
  ignored_.push_back(id);
}

void Reassembler::expire(Time before) {
  for (const auto& track : tracks_) track->expire(before);
}

std::size_t Reassembler::bytes_held() const {
  std::size_t held = ready_bytes_;
  for (const auto& track : tracks_) held += track->held();
  return held;
}

const ReassemblyCounters& Reassembler::counters() const { return context_->counters; }

}  // namespace avocet::media
