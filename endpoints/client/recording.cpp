#include "endpoints/client/recording.hpp"

#include <fmt/format.h>

namespace avocet::client {
namespace {

constexpr std::size_t most_waiting = 64 << 20;  // bytes; a minute and more of the best rendition

}  // namespace

Recording::Recording(std::filesystem::path file, std::function<void(const std::string&)> failed)
    : file_(std::move(file)), failed_(std::move(failed)), queue_(most_waiting), thread_([this] { run(); }) {}

Recording::~Recording() {
  finish();
  thread_.join();
}

void Recording::begin(std::vector<media::TrackConfig> tracks) { queue_.push(Begin{std::move(tracks)}); }

void Recording::add(std::size_t track, const media::Frame& frame) {
  if (too_slow_ || queue_.try_push(Coded{track, frame}, frame.size())) return;
  too_slow_ = true;  // a recording with a hole would look whole
  queue_.close();
}

void Recording::finish() { queue_.close(); }

void Recording::run() {
  codec::Result<void> result;
  while (auto item = queue_.pop()) {
    if (result) result = std::visit([this](auto& i) { return take(i); }, *item);
    if (!result) break;
  }
  queue_.close();
  if (recorder_) {
    auto closed = recorder_->close();
    if (result) result = closed;
  }
  if (!result) {
    failed_("the recording failed: " + result.error().message());
  } else if (too_slow_) {
    failed_(fmt::format("the recording ended early: {} is on a disk that is too slow", file_.string()));
  }
  done_ = true;
}

codec::Result<void> Recording::take(Begin& begin) {
  if (recorder_) {
    recorder_->cut();
    return {};
  }
  auto opened = codec::Recorder::open(file_, std::move(begin.tracks));
  if (!opened) return std::unexpected(opened.error());
  recorder_.emplace(std::move(*opened));
  return {};
}

codec::Result<void> Recording::take(Coded& coded) {
  auto written = recorder_->write(coded.track, coded.frame);
  frames_ = recorder_->video_frames();
  return written;
}

}  // namespace avocet::client
