#include "protocol/session/connection_ids.hpp"

#include <algorithm>
#include <cassert>

#include "protocol/crypto/secret.hpp"

namespace avocet::session {

OwnIds::OwnIds(ConnectionId first) : first_(first) { entries_[0] = {.id = first}; }

void OwnIds::set_limit(std::uint8_t ids_of_peer) {
  limit_ = static_cast<std::uint8_t>(std::clamp<std::size_t>(ids_of_peer, 1, most_ids));
}

void OwnIds::add(ConnectionId id, const ResetTokenBytes& token) {
  assert(wants_more());
  if (held_ == entries_.size()) remove(0);  // cannot be: as many leave as stay, at most
  entries_[held_++] = {.sequence = next_++, .id = id, .token = token, .told = false};
}

bool OwnIds::owns(ConnectionId id) const {
  return std::any_of(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(held_),
                     [&](const Entry& entry) { return entry.id == id; });
}

std::string_view OwnIds::retire(std::uint64_t sequence, ConnectionId arrived_at, Time keep_until) {
  if (sequence >= next_) return "a connection id retired that was never given";  // AV-CID-6
  for (std::size_t i = 0; i < held_; ++i) {
    Entry& entry = entries_[i];
    if (entry.sequence != sequence || entry.keep_until) continue;
    if (entry.id == arrived_at) return "a connection id retired in a packet to itself";  // AV-CID-6
    entry.keep_until = keep_until;
    ++leaving_;
  }
  for (std::size_t i = 0; leaving_ > most_ids;) {  // whoever retires faster loses what was still on its way
    entries_[i].keep_until ? remove(i) : void(++i);
  }
  return {};
}

void OwnIds::forget(Time now) {
  if (leaving_ == 0) return;
  for (std::size_t i = 0; i < held_;) {
    entries_[i].keep_until && *entries_[i].keep_until <= now ? remove(i) : void(++i);
  }
}

void OwnIds::remove(std::size_t index) {
  if (entries_[index].keep_until) --leaving_;
  freed_.push_back(entries_[index].id);
  std::move(entries_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
            entries_.begin() + static_cast<std::ptrdiff_t>(held_),
            entries_.begin() + static_cast<std::ptrdiff_t>(index));
  --held_;
}

std::optional<ConnectionId> OwnIds::take_freed() {
  if (freed_.empty()) return std::nullopt;
  const ConnectionId id = freed_.back();
  freed_.pop_back();
  return id;
}

bool OwnIds::has_news() const {
  return std::any_of(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(held_),
                     [](const Entry& entry) { return !entry.told && !entry.keep_until; });
}

std::optional<wire::NewId> OwnIds::next_news() {
  for (std::size_t i = 0; i < held_; ++i) {
    Entry& entry = entries_[i];
    if (entry.told || entry.keep_until) continue;
    entry.told = true;
    return wire::NewId{.sequence = entry.sequence, .id = entry.id, .reset_token = entry.token};
  }
  return std::nullopt;
}

void OwnIds::on_news_lost(std::uint64_t sequence) {
  for (std::size_t i = 0; i < held_; ++i) {
    if (entries_[i].sequence == sequence) entries_[i].told = false;
  }
}

void PeerIds::set_first(ConnectionId id, const ResetTokenBytes& token) {
  current_ = {.sequence = 0, .id = id, .token = token};
}

std::string_view PeerIds::offer(const wire::NewId& offered, bool& fresh) {
  const Entry entry{offered.sequence, offered.id, offered.reset_token};
  const auto contradicts = [&](const Entry& held) {
    const bool same = held.id == entry.id && held.token == entry.token;
    return held.sequence == entry.sequence ? !same : held.id == entry.id;
  };
  if (contradicts(current_) || (trial_ && contradicts(*trial_)) || std::ranges::any_of(spare_, contradicts))
    return "a connection id given twice, differently";  // AV-CID-4
  fresh = note_seen(entry.sequence);
  constexpr std::string_view flood = "connection ids are replaced faster than that is acknowledged";
  if (offered.retire_before > retired_below_ && !retire_below(offered.retire_before)) return flood;
  if (fresh) {
    if (entry.sequence < retired_below_) return retire(entry.sequence) ? "" : flood;  // AV-CID-5
    const std::size_t held = spare_.size() + (trial_ ? 1 : 0) + (current_.sequence >= retired_below_ ? 1 : 0);
    if (held >= most_ || !spare_.push_back(entry))
      return "more connection ids than were asked for";  // AV-CID-3
  }
  // AV-CID-5: The one in use was retired, and another is there: at least the one that said so.
  if (current_.sequence < retired_below_) {
    if (auto next = take_spare()) {
      current_ = *next;
    } else if (trial_) {
      current_ = *std::exchange(trial_, std::nullopt);
    }
  }
  return {};
}

/// False for a sequence number that was seen before, or is so old that it must have been.
bool PeerIds::note_seen(std::uint64_t sequence) {
  constexpr std::uint64_t bits = 64;
  if (sequence > largest_) {
    const std::uint64_t step = sequence - largest_;
    seen_ = step >= bits ? 0 : seen_ << step;
    largest_ = sequence;
  }
  const std::uint64_t age = largest_ - sequence;
  if (age >= bits || (seen_ >> age & 1) != 0) return false;
  seen_ |= std::uint64_t{1} << age;
  return true;
}

bool PeerIds::retire_below(std::uint64_t sequence) {
  if (current_.sequence < sequence && current_.sequence >= retired_below_ && !retire(current_.sequence))
    return false;
  if (trial_ && trial_->sequence < sequence) {
    if (!retire(trial_->sequence)) return false;
    trial_.reset();
  }
  for (std::size_t i = 0; i < spare_.size();) {
    if (spare_[i].sequence >= sequence) {
      ++i;
      continue;
    }
    if (!retire(spare_[i].sequence)) return false;
    spare_[i] = spare_.back();
    spare_.pop_back();
  }
  retired_below_ = sequence;
  return true;
}

bool PeerIds::retire(std::uint64_t sequence) { return retirements_.push_back({sequence, false}); }

std::optional<PeerIds::Entry> PeerIds::take_spare() {
  if (spare_.empty()) return std::nullopt;
  auto* first = std::ranges::min_element(spare_, {}, &Entry::sequence);
  const Entry taken = *first;
  *first = spare_.back();
  spare_.pop_back();
  return taken;
}

bool PeerIds::move_on() {
  if (retirements_.full()) return false;
  const auto next = take_spare();
  if (!next) return false;
  retire(current_.sequence);
  current_ = *next;
  return true;
}

ConnectionId PeerIds::on_trial() {
  if (!trial_ && !retirements_.full()) trial_ = take_spare();
  return trial_ ? trial_->id : current_.id;
}

void PeerIds::accept_trial() {
  if (!trial_ || retirements_.full()) return;
  retire(current_.sequence);
  current_ = *std::exchange(trial_, std::nullopt);
}

void PeerIds::drop_trial() {
  if (!trial_ || !retire(trial_->sequence)) return;
  trial_.reset();
}

bool PeerIds::knows(ConnectionId id, const ResetTokenBytes& token) const {
  const auto is = [&](const Entry& entry) {
    return entry.id == id && crypto::equal_in_constant_time(entry.token, token);
  };
  return is(current_) || (trial_ && is(*trial_));
}

bool PeerIds::has_retirements() const {
  return std::ranges::any_of(retirements_, [](const Retirement& r) { return !r.told; });
}

std::optional<wire::RetireId> PeerIds::next_retirement() {
  for (Retirement& r : retirements_) {
    if (!std::exchange(r.told, true)) return wire::RetireId{r.sequence};
  }
  return std::nullopt;
}

void PeerIds::on_retirement_lost(std::uint64_t sequence) {
  for (Retirement& r : retirements_) {
    if (r.sequence == sequence) r.told = false;
  }
}

void PeerIds::on_retirement_acked(std::uint64_t sequence) {
  for (std::size_t i = 0; i < retirements_.size(); ++i) {
    if (retirements_[i].sequence != sequence) continue;
    retirements_[i] = retirements_.back();
    return retirements_.pop_back();
  }
}

}  // namespace avocet::session
