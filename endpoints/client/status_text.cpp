#include "endpoints/client/status_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "endpoints/client/text.hpp"

namespace avocet::client {
namespace {

std::string state_text(const Snapshot& s) {
  if (s.reconnecting) return "reconnecting";
  if (!s.connected) return s.end_reason.empty() ? "connecting" : "ended";
  if (!s.playing) return "connected";
  if (s.paused) return "paused";
  if (!s.position || s.stalled) return "buffering";
  return s.live ? "live" : "playing";
}

std::string milliseconds(Duration d) { return fmt::format("{:.0f} ms", to_seconds(d) * 1e3); }

std::string position_text(const Snapshot& s) {
  const std::string at = clock_text(s.position.value_or(Duration::zero()));
  return s.live ? at : at + " / " + clock_text(s.duration);
}

std::string plural(std::uint64_t n, const char* thing) {
  return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

double loss_before_repair(const session::Stats& s) {
  const double all = static_cast<double>(s.packets_received + s.received_gaps);
  return all > 0 ? static_cast<double>(s.received_gaps) / all : 0;
}

}  // namespace

std::string status_line(const Snapshot& s) {
  if (!s.playing) return state_text(s);
  return fmt::format("{} {} · {}{} · {} · round trip {} · loss {:.1f} %", state_text(s), position_text(s),
                     s.play.rendition, s.automatic ? " auto" : "", rate_text(s.receiving_rate),
                     milliseconds(s.session.smoothed_rtt), s.recent_loss * 100);
}

std::vector<std::string> details(const Snapshot& s) {
  std::string switches = fmt::format("{}", s.play.rendition_switches.size());
  if (!s.play.rendition_switches.empty()) {
    const auto& last = s.play.rendition_switches.back();
    switches += fmt::format(", last {} to {}: {}", last.from, last.to, printable(last.reason));
  }
  std::vector<std::string> lines{
      fmt::format("{} from {}, as {}", s.title, s.server, s.user),
      fmt::format("picture      {} x {}, {} of {} renditions", s.play.frame_width, s.play.frame_height,
                  s.play.rendition,
                  std::ranges::count(s.tracks, media::Kind::video, &media::TrackConfig::kind)),
      fmt::format("frames       {} of {} decoded, {} dropped, {} lost, {} decode errors", s.frames_decoded(),
                  s.frames_expected(), s.frames_dropped(), s.play.frames_lost, s.video.decode_errors),
      fmt::format("shown        {}, {} skipped", s.presentation.shown, s.presentation.skipped),
      fmt::format("freezes      {}, {:.1f} s", s.play.freeze_count,
                  to_seconds(s.play.total_freezes_duration)),
      fmt::format("switches     {}", switches),
      fmt::format("buffer       {:.1f} s", to_seconds(s.play.buffered)),
      fmt::format("network      {}, {} received", rate_text(s.receiving_rate),
                  plural(s.session.packets_received, "packet")),
      fmt::format("round trip   {}, smallest {}, jitter {}", milliseconds(s.session.smoothed_rtt),
                  milliseconds(s.session.min_rtt), milliseconds(s.session.jitter)),
      fmt::format("loss         {:.2f} % before repair, {} retransmitted, {} parity",
                  loss_before_repair(s.session) * 100, s.session.retransmitted_fragments_received,
                  s.session.fec_packets_received)};
  if (s.presentation.sync_offset_p95) {
    lines.push_back(
        fmt::format("sound        picture within {:.0f} ms of it", *s.presentation.sync_offset_p95 * 1e3));
  } else {
    lines.push_back(s.presentation.has_sound ? "sound        nothing to hear yet" : "sound        off");
  }
  if (!s.recording.empty())
    lines.push_back(fmt::format("recording    {}, {}", s.recording, plural(s.recorded_frames, "frame")));
  return lines;
}

std::string summary(const Snapshot& s) {
  std::string text = fmt::format("{}: {} of {} frames", s.title, s.frames_decoded(), s.frames_expected());
  if (s.decoding) text += " decoded";
  if (s.video.decode_errors > 0) text += fmt::format(", {} with errors", s.video.decode_errors);
  text += fmt::format(", {}", plural(s.play.freeze_count, "freeze"));
  if (s.play.freeze_count > 0) text += fmt::format(" ({:.1f} s)", to_seconds(s.play.total_freezes_duration));
  std::string renditions;
  for (const auto& track : s.tracks) {
    const auto found = s.frames_per_rendition().find(track.rendition);
    if (track.kind != media::Kind::video || found == s.frames_per_rendition().end()) continue;
    renditions += fmt::format("{}{} {}", renditions.empty() ? "" : ", ", track.rendition, found->second);
  }
  if (!renditions.empty()) {
    const std::size_t n = s.play.rendition_switches.size();
    text += fmt::format("; {} switch{} ({})", n, n == 1 ? "" : "es", renditions);
  }
  text += fmt::format("; round trip {}, {:.1f} % of packets lost before repair",
                      milliseconds(s.session.smoothed_rtt), loss_before_repair(s.session) * 100);
  if (s.recorded_frames > 0) text += fmt::format("; recorded in {}", s.recording);
  return text;
}

}  // namespace avocet::client
