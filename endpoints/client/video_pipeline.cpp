#include "endpoints/client/video_pipeline.hpp"

#include <algorithm>

namespace avocet::client {
namespace {

/// Playout hands frames out 100 ms ahead; some seconds more are patience with a machine that is busy.
constexpr std::size_t most_waiting = 256;
constexpr std::size_t most_fed = 64;  // no decoder holds as many

}  // namespace

VideoPipeline::VideoPipeline(PictureQueue* pictures)
    : queue_(most_waiting), pictures_(pictures), thread_([this] { run(); }) {}

VideoPipeline::~VideoPipeline() {
  finish();
  thread_.join();
}

void VideoPipeline::begin(std::vector<media::TrackConfig> tracks, std::uint32_t generation) {
  if (pictures_ != nullptr) pictures_->begin(generation);
  queue_.push(Begin{std::move(tracks), generation});
}

void VideoPipeline::add(std::size_t track, const media::Frame& frame, bool late) {
  if (frame.key) overflowing_ = false;
  if (!overflowing_ && queue_.try_push(Coded{track, frame, late})) return;
  overflowing_ = true;
  const std::scoped_lock lock(mutex_);
  if (!late) ++counts_.left_out;
}

void VideoPipeline::finish() { queue_.close(); }

VideoCounts VideoPipeline::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

void VideoPipeline::run() {
  while (auto item = queue_.pop()) {
    std::visit([this](auto& i) { take(i); }, *item);
  }
  std::vector<codec::Picture> out;
  decoder_.drain(out);
  hand_on(out);
  settle();
  done_ = true;
}

void VideoPipeline::take(Begin& begin) {
  std::vector<codec::Picture> out;
  decoder_.drain(out);  // counted, and of a generation that nobody shows any more
  hand_on(out);
  settle();
  now_ = std::move(begin);
}

void VideoPipeline::take(Coded& coded) {
  const media::TrackConfig& config = now_.tracks[coded.track];
  std::vector<codec::Picture> out;
  const bool usable = decoder_.use(config, out).has_value();
  hand_on(out);
  out.clear();
  if (!usable) {
    const std::scoped_lock lock(mutex_);
    ++counts_.decode_errors;
    counts_.left_out += coded.late ? 0 : 1;
    return;
  }
  fed_.push_back({coded.frame.number, config.rendition, coded.late});
  const std::uint64_t errors = decoder_.errors();
  decoder_.decode(coded.frame, out);
  {
    const std::scoped_lock lock(mutex_);
    counts_.decode_errors += decoder_.errors() - errors;
  }
  hand_on(out);
  // What has not come out for so long was swallowed.
  while (fed_.size() > most_fed) {
    const std::scoped_lock lock(mutex_);
    counts_.left_out += fed_.front().late ? 0 : 1;
    fed_.pop_front();
  }
}

void VideoPipeline::hand_on(std::vector<codec::Picture>& out) {
  for (codec::Picture& picture : out) {
    const auto fed = std::ranges::find(fed_, picture.number, &Fed::number);
    const bool late = fed != fed_.end() && fed->late;
    if (fed != fed_.end()) {
      const std::scoped_lock lock(mutex_);
      if (!late) ++counts_.decoded, ++counts_.per_rendition[fed->rendition];
      fed_.erase(fed);
    }
    if (pictures_ != nullptr && !late) pictures_->push(std::move(picture), now_.generation);
  }
}

/// The decoder is empty: what it did not give out it never will.
void VideoPipeline::settle() {
  const std::scoped_lock lock(mutex_);
  for (const Fed& fed : fed_) counts_.left_out += fed.late ? 0 : 1;
  fed_.clear();
}

}  // namespace avocet::client
