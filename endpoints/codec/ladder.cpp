#include "endpoints/codec/ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <system_error>

#include "endpoints/codec/clip_writer.hpp"
#include "endpoints/codec/encoder.hpp"
#include "endpoints/codec/names.hpp"
#include "endpoints/codec/scaling.hpp"
#include "endpoints/codec/source.hpp"

namespace avocet::codec {
namespace {

/// Sound that comes before the first picture waits for it; more than this is not worth keeping.
constexpr std::size_t most_waiting_sound = 2'000;

/// How far the work is, told a few times a second.
class ProgressReport {
 public:
  ProgressReport(const OnProgress& tell, Duration total) : tell_(tell), total_(to_seconds(total)) {}

  void at(double position, bool last = false) {
    const auto now = Clock::now();
    if (!tell_ || (!last && now - told_ < std::chrono::milliseconds(200))) return;
    told_ = now;
    const double spent = std::max(std::chrono::duration<double>(now - begun_).count(), 1e-3);
    Progress progress;
    progress.speed = position / spent;
    if (total_ > 0) progress.fraction = std::clamp(position / total_, 0.0, 1.0);
    if (last) progress.fraction = 1;
    if (progress.fraction > 0)
      progress.left = seconds_of(spent / progress.fraction * (1 - progress.fraction));
    tell_(progress);
  }

 private:
  using Clock = std::chrono::steady_clock;
  const OnProgress& tell_;
  double total_;
  Clock::time_point begun_ = Clock::now(), told_{};
};

/// One ladder in the making: source -> filters -> encoders -> files.
class Job {
 public:
  Job(Source source, const std::filesystem::path& library, const std::string& name,
      const LadderSettings& settings, const OnProgress& on_progress)
      : source_(std::move(source)),
        settings_(settings),
        writer_(library, name),
        progress_(on_progress, source_.duration()) {}

  Result<LadderReport> run();

 private:
  Result<void> begin(const AVFrame& first);
  Result<void> take_picture(Owned<AVFrame> picture);
  Result<void> take_sound(Owned<AVFrame> sound);
  Result<void> finish();
  Result<void> encode_pictures();
  Result<void> encode_sound();
  Result<void> write_pictures(std::size_t rung);
  Result<void> write_sound();
  double position() const { return static_cast<double>(frames_) / av_q2d(format_.frame_rate); }

  Source source_;
  const LadderSettings& settings_;
  ClipWriter writer_;
  ProgressReport progress_;
  PictureFormat format_;
  std::optional<Filters> pictures_, sound_;
  std::vector<Encoder> encoders_;
  std::optional<Encoder> sound_encoder_;
  std::deque<Owned<AVFrame>> waiting_sound_;
  std::int64_t origin_ = 0;   ///< the first picture's time, in the source's time base
  std::uint64_t frames_ = 0;  ///< given to each encoder
  std::uint64_t lost_sound_ = 0;
  bool pictures_ended_ = false;
};

Result<LadderReport> Job::run() {
  for (;;) {
    auto next = source_.next();
    if (!next) return std::unexpected(next.error());
    if (!*next) break;
    auto& [kind, frame] = **next;
    auto taken = kind == media::Kind::video ? take_picture(std::move(frame)) : take_sound(std::move(frame));
    if (!taken) return std::unexpected(taken.error());
  }
  if (!pictures_)
    return fail(Fault::unreadable, fmt::format("no picture of '{}' can be decoded", source_.url()),
                "check the file with `ffplay FILE`");
  if (auto finished = finish(); !finished) return std::unexpected(finished.error());
  auto files = writer_.publish();
  if (!files) return std::unexpected(files.error());
  progress_.at(position(), true);

  LadderReport report;
  report.duration = seconds_of(position());
  report.frames = frames_;
  report.frame_rate = av_q2d(format_.frame_rate);
  report.files = std::move(*files);
  if (source_.errors())
    report.warnings.push_back(
        fmt::format("'{}' is damaged ({} errors while decoding); what could be read was used", source_.url(),
                    source_.errors()));
  if (lost_sound_)
    report.warnings.push_back(
        fmt::format("the sound of '{}' changes its format; {} pieces in the later one were left out",
                    source_.url(), lost_sound_));
  return report;
}

Result<void> Job::begin(const AVFrame& first) {
  format_ = picture_format(source_, first);
  origin_ = first.pts;
  std::vector<PictureSize> sizes;
  sizes.reserve(settings_.rungs.size());
  for (const auto& rung : settings_.rungs)
    sizes.push_back(rendition_size(format_, *rendition_height(rung.rendition)));
  auto filters = Filters::for_video(source_, first, format_, sizes, settings_.threads);
  if (!filters) return std::unexpected(filters.error());
  pictures_ = std::move(*filters);
  if (source_.audio()) {
    auto encoder = Encoder::open_audio(settings_.audio);
    if (!encoder) return std::unexpected(encoder.error());
    sound_encoder_ = std::move(*encoder);
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    auto encoder = Encoder::open_video(settings_, settings_.rungs[i], format_, sizes[i], static_cast<int>(i));
    if (!encoder) return std::unexpected(encoder.error());
    encoders_.push_back(std::move(*encoder));
    const auto& rendition = settings_.rungs[i].rendition;
    auto added = writer_.add(rendition, encoders_.back(), sound_encoder_ ? &*sound_encoder_ : nullptr);
    if (!added) return added;
  }
  return {};
}

Result<void> Job::take_picture(Owned<AVFrame> picture) {
  if (!pictures_) {
    if (auto begun = begin(*picture); !begun) return begun;
    auto waiting = std::move(waiting_sound_);
    for (auto& sound : waiting)
      if (auto taken = take_sound(std::move(sound)); !taken) return taken;
  }
  if (auto pushed = pictures_->push(std::move(picture)); !pushed) return pushed;
  return encode_pictures();
}

Result<void> Job::take_sound(Owned<AVFrame> sound) {
  if (!pictures_) {
    if (waiting_sound_.size() == most_waiting_sound) waiting_sound_.pop_front();
    waiting_sound_.push_back(std::move(sound));
    return {};
  }
  if (!sound_) {
    const auto& encoder = sound_encoder_->context();
    const auto origin = av_rescale_q(origin_, source_.video().time_base, source_.audio()->time_base);
    auto filters = Filters::for_audio(source_, *sound, origin, encoder.sample_fmt, encoder.frame_size);
    if (!filters) return std::unexpected(filters.error());
    sound_ = std::move(*filters);
  }
  if (!sound_->push(
          std::move(sound))) {  // a broadcast may go over to another format; silence takes its place
    ++lost_sound_;
    return {};
  }
  return encode_sound();
}

Result<void> Job::finish() {
  if (auto pushed = pictures_->push(nullptr); !pushed) return pushed;
  if (auto encoded = encode_pictures(); !encoded) return encoded;
  pictures_ended_ = true;
  for (std::size_t i = 0; i < encoders_.size(); ++i) {
    if (auto pushed = encoders_[i].push(nullptr); !pushed) return pushed;
    if (auto written = write_pictures(i); !written) return written;
  }
  if (!sound_) return {};
  if (auto pushed = sound_->push(nullptr); !pushed) return pushed;
  if (auto encoded = encode_sound(); !encoded) return encoded;
  if (auto pushed = sound_encoder_->push(nullptr); !pushed) return pushed;
  return write_sound();
}

Result<void> Job::encode_pictures() {
  for (std::size_t i = 0; i < encoders_.size(); ++i) {
    while (auto picture = pictures_->pull(i)) {
      (*picture)->pict_type =
          AV_PICTURE_TYPE_NONE;  // else the encoder repeats the source's choice of key frames
      if (auto pushed = encoders_[i].push(picture->get()); !pushed) return pushed;
      if (auto written = write_pictures(i); !written) return written;
      if (i == 0) ++frames_;
    }
  }
  progress_.at(position());
  return {};
}

Result<void> Job::encode_sound() {
  while (auto sound = sound_->pull(0)) {
    if (auto pushed = sound_encoder_->push(sound->get()); !pushed) return pushed;
    if (auto written = write_sound(); !written) return written;
  }
  return {};
}

Result<void> Job::write_pictures(std::size_t rung) {
  for (;;) {
    auto packet = encoders_[rung].pull();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) return {};
    if (auto written = writer_.write_video(rung, encoders_[rung], std::move(**packet)); !written)
      return written;
  }
}

Result<void> Job::write_sound() {
  for (;;) {
    auto packet = sound_encoder_->pull();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) return {};
    const double at = static_cast<double>((**packet)->pts) * av_q2d(sound_encoder_->context().time_base);
    if (pictures_ended_ && at >= position()) continue;  // sound without a picture is not part of the title
    if (auto written = writer_.write_audio(*sound_encoder_, ***packet); !written) return written;
  }
}

Result<void> check(const std::filesystem::path& library, const std::string& name,
                   const LadderSettings& settings) {
  if (auto good = check_clip_name(name); !good) return good;
  if (settings.rungs.empty())
    return fail(Fault::unsupported, "the ladder has no rendition", "name at least one");
  int last = 0;
  for (const auto& rung : settings.rungs) {
    const auto height = rendition_height(rung.rendition);
    if (!height || *height <= last || rung.bitrate.bps() < 10'000)
      return fail(
          Fault::unsupported,
          fmt::format("'{}' at {:.3f} Mbit/s is not a rendition here", rung.rendition, rung.bitrate.mbps()),
          "renditions are named by their height, as in 720p, in ascending order, and have at least 0.01 "
          "Mbit/s");
    last = *height;
  }
  std::error_code error;
  std::filesystem::create_directories(library, error);
  if (!std::filesystem::is_directory(library, error))
    return fail(Fault::unwritable,
                fmt::format("cannot make the folder '{}': {}", library.string(), error.message()),
                "choose a library folder that you may write to");
  return {};
}

/// Renditions of the clip that are in the library already.
std::vector<std::filesystem::path> present(const std::filesystem::path& library, const std::string& name) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(library, error))
    if (const auto file = parse_file_name(entry.path().filename().string()); file && file->clip == name)
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::vector<Rung> default_rungs() {
  return {{"240p", DataRate::kbps(400)}, {"720p", DataRate::kbps(2500)}, {"1440p", DataRate::mbps(6)}};
}

Result<LadderReport> make_ladder(const std::string& source, const std::filesystem::path& library,
                                 const std::string& name, const LadderSettings& settings,
                                 const OnProgress& on_progress, const std::atomic<bool>& stop) {
  if (auto good = check(library, name, settings); !good) return std::unexpected(good.error());
  const auto before = present(library, name);
  if (!before.empty() && !settings.replace)
    return fail(Fault::exists, fmt::format("'{}' is already there", before.front().string()),
                "choose another name, or replace it on purpose");
  auto opened = Source::open(source, settings.threads, stop);
  if (!opened) return std::unexpected(opened.error());
  auto report = Job(std::move(*opened), library, name, settings, on_progress).run();
  if (!report) return report;
  for (const auto& old : before) {
    std::error_code ignored;  // a rendition that the new ladder does not have would not align with it
    if (std::ranges::find(report->files, old.string()) == report->files.end())
      std::filesystem::remove(old, ignored);
  }
  return report;
}

}  // namespace avocet::codec
