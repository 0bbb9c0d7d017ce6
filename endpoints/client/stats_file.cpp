#include "endpoints/client/stats_file.hpp"

#include <nlohmann/json.hpp>

#include "endpoints/state/files.hpp"

namespace avocet::client {
namespace {

constexpr auto period = std::chrono::seconds(1);

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  if constexpr (std::is_same_v<T, Duration>) {
    return value ? nlohmann::json(to_seconds(*value)) : nlohmann::json(nullptr);
  } else {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
  }
}

nlohmann::json switches(const Snapshot& s) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& change : s.play.rendition_switches) {
    list.push_back({{"at", to_seconds(change.at - s.began)},
                    {"from", change.from},
                    {"to", change.to},
                    {"reason", change.reason}});
  }
  return list;
}

nlohmann::json audio(const Snapshot& s) {
  return {{"framesReceived", s.play.audio_frames_received},
          {"framesLost", s.play.audio_frames_lost},
          {"framesDecoded", s.audio_decoded},
          {"decodeErrors", s.audio_errors},
          {"played", s.presentation.has_sound}};
}

}  // namespace

nlohmann::json to_json(const Snapshot& s) {
  return {{"title", s.title},
          {"server", s.server},
          {"user", s.user},
          {"startedAt", s.started_at},
          {"elapsed", to_seconds(s.at - s.began)},
          {"connected", s.connected},
          {"reconnecting", s.reconnecting},
          {"reconnections", s.reconnections},
          {"over", s.over},
          {"endReason", s.end_reason},
          {"failure", s.failure},
          {"fingerprint", s.fingerprint},
          {"live", s.live},
          {"duration", to_seconds(s.duration)},
          {"position", or_null(s.position)},
          {"rendition", s.play.rendition},
          {"frameWidth", s.play.frame_width},
          {"frameHeight", s.play.frame_height},
          {"framesExpected", s.frames_expected()},
          {"framesReceived", s.frames_received()},
          {"framesLost", s.play.frames_lost},
          {"framesDecoded", s.frames_decoded()},
          {"framesDropped", s.frames_dropped()},
          {"framesRendered", s.presentation.shown},
          {"framesNotRendered", s.presentation.skipped},
          {"framesPerRendition", s.frames_per_rendition()},
          {"framesRecorded", s.recorded_frames},
          {"decodeErrors", s.video.decode_errors},
          {"freezeCount", s.play.freeze_count},
          {"totalFreezesDuration", to_seconds(s.play.total_freezes_duration)},
          {"timeToFirstFrame", or_null(s.time_to_first_frame())},
          {"connectTime", or_null(s.connecting)},
          {"renditionSwitches", switches(s)},
          {"buffered", to_seconds(s.play.buffered)},
          {"audio", audio(s)},
          {"avSyncOffset", or_null(s.presentation.sync_offset_p95)},
          {"avSyncOffsetMax", or_null(s.presentation.sync_offset_largest)},
          {"packetsReceived", s.session.packets_received},
          {"packetsLost", s.session.received_gaps},
          {"packetsSent", s.session.packets_sent},
          {"bytesReceived", s.session.bytes_received},
          {"mediaBytesReceived", s.play.bytes_received},
          {"retransmittedPacketsReceived", s.session.retransmitted_fragments_received},
          {"fecPacketsReceived", s.session.fec_packets_received},
          {"fecFragmentsRecovered", s.session.fec_fragments_recovered},
          {"duplicateFragmentsReceived", s.session.duplicate_fragments_received},
          {"fragmentsReceived", s.session.fragments_received},
          {"packetsUndecryptable", s.session.packets_undecryptable},
          {"jitter", to_seconds(s.session.jitter)},
          {"currentRoundTripTime", to_seconds(s.session.smoothed_rtt)},
          {"minRoundTripTime", to_seconds(s.session.min_rtt)}};
}

StatsFile::StatsFile(std::filesystem::path file, std::function<Snapshot()> take)
    : file_(std::move(file)), take_(std::move(take)), thread_([this] { run(); }) {}

StatsFile::~StatsFile() { stop(); }

std::string StatsFile::finish() {
  stop();
  return write();
}

std::string StatsFile::write() const {
  const auto written = state::write_file(file_, as_bytes(to_json(take_()).dump(2) + "\n"));
  return written ? "" : written.error();
}

void StatsFile::run() {
  std::unique_lock lock(mutex_);
  while (!stop_changed_.wait_for(lock, period, [this] { return stop_; })) {
    lock.unlock();
    [[maybe_unused]] const std::string problem = write();  // finish() reports what lasts
    lock.lock();
  }
}

void StatsFile::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace avocet::client
