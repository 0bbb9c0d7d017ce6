#include "protocol/service/rendition_choice.hpp"

#include <algorithm>
#include <cassert>

namespace avocet::service {

RenditionChoice::RenditionChoice(std::vector<DataRate> video, DataRate audio, const Config& config)
    : video_(std::move(video)), audio_(audio), config_(config), penalty_(config.after_down) {
  assert(!video_.empty());
}

RenditionChoice::RenditionChoice(std::vector<DataRate> video, DataRate audio)
    : RenditionChoice(std::move(video), audio, Config{}) {}

DataRate RenditionChoice::need(std::size_t rendition) const {
  return (video_[rendition] + audio_) * config_.overhead;
}

std::size_t RenditionChoice::start(DataRate target) const {
  std::size_t chosen = 0;
  while (chosen + 1 < video_.size() && spare(chosen + 1, target)) ++chosen;
  return chosen;
}

std::optional<RenditionChoice::Step> RenditionChoice::decide(Time now, std::size_t current,
                                                             std::size_t highest, const Evidence& evidence) {
  highest = std::min(highest, video_.size() - 1);
  if (current > highest) return Step{highest, "cap lowered"};
  if (auto down = step_down(now, current, evidence)) return down;
  return step_up(now, current, highest, evidence.target);
}

std::optional<RenditionChoice::Step> RenditionChoice::step_down(Time now, std::size_t current,
                                                                const Evidence& evidence) {
  if (current == 0) return std::nullopt;
  const bool settling = last_down_ && now - *last_down_ < config_.settling;
  const bool slow = evidence.target < need(current) * (settling ? config_.holding_share : 1);
  if (!slow && evidence.late <= config_.hopeless) return std::nullopt;

  std::size_t to = current - 1;
  while (to > 0 && need(to) * config_.settling_share > evidence.target) --to;
  last_down_ = now;
  // A step up that is undone so soon was a mistake of the estimate: be slower to try again.
  const bool undone = last_up_ && now - *last_up_ < config_.soon;
  const bool same_fall = no_up_before_ && now < *no_up_before_;
  if (undone) {
    penalty_ = std::min(penalty_ * 2, config_.largest_penalty);
    last_up_.reset();
  } else if (!same_fall) {
    penalty_ = config_.after_down;
  }
  no_up_before_ = now + penalty_;
  spare_since_.reset();
  return Step{to, slow ? "rate fell to " + to_text(evidence.target)
                       : "what is queued would come too late at " + to_text(evidence.target)};
}

std::optional<RenditionChoice::Step> RenditionChoice::step_up(Time now, std::size_t current,
                                                              std::size_t highest, DataRate target) {
  if (current >= highest) return spare_since_.reset(), std::nullopt;
  if (!spare(current + 1, target)) {
    // A short dip to half of the spare room does not start the wait anew: estimates are noisy.
    if (target < need(current + 1) * ((1 + config_.up_factor) / 2)) spare_since_.reset();
    return std::nullopt;
  }
  if (!spare_since_) spare_since_ = now;
  const bool first = !last_up_ && !no_up_before_;
  if (now - *spare_since_ < (first ? config_.first_up_after : config_.up_after)) return std::nullopt;
  if (no_up_before_ && now < *no_up_before_) return std::nullopt;

  std::size_t to = current + 1;
  while (to < highest && spare(to + 1, target)) ++to;
  last_up_ = now;
  spare_since_.reset();
  return Step{to, "rate rose to " + to_text(target)};
}

std::string to_text(DataRate rate) {
  const std::int64_t tenths = (rate.bps() + 50'000) / 100'000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " Mbit/s";
}

}  // namespace avocet::service
