#include "sim/experiment/flow_sections.hpp"

#include <fmt/format.h>

namespace avocet::sim {
namespace {

using link::parse_duration;
using link::parse_percentage;
using link::parse_rate;

void read_encoder(TomlSection& in, Encoder& e) {
  e.least = in.parsed("least", e.least, parse_rate);
  e.most = in.parsed("most", e.most, parse_rate);
  e.first = in.parsed("first", e.least, parse_rate);
  e.audio = in.parsed("audio", e.audio, parse_rate);
  e.frames_per_second = in.number("frames_per_second", e.frames_per_second, 1, 240);
  e.variation = in.parsed("variation", e.variation, parse_percentage);
  e.reaction = in.parsed("reaction", e.reaction, parse_duration);
  e.key_interval = in.parsed("key_interval", e.key_interval, parse_duration);
  e.key_size = in.number("key_size", e.key_size, 1, 100);
  e.overshoot = in.parsed("overshoot", e.overshoot, parse_percentage);
  if (e.least > e.most) in.complain("least", "is above most");
}

void read_viewer(TomlSection& in, Media& m) {
  m.latency = in.parsed("latency", m.latency, parse_duration);
  m.weight = in.number("weight", m.weight, 0.1, 10);
  m.reads_every = in.parsed("reads_every", m.reads_every, parse_duration);
  m.new_port = in.parsed("new_port", m.new_port, link::parse_times);
  m.new_address = in.parsed("new_address", m.new_address, link::parse_times);
}

void read_media(TomlSection& in, Media& m) {
  in.inside("encoder", [&](TomlSection& one) { read_encoder(one, m.encoder); });
  read_viewer(in, m);
  in.each("pause", [&](TomlSection& one) {
    Media::Pause pause;
    pause.from = one.parsed("from", Duration{}, parse_duration);
    pause.until = one.parsed("until", Duration{}, parse_duration);
    if (pause.until <= pause.from) one.complain("until", "is not later than from");
    m.pauses.push_back(pause);
  });
}

void read_tcp(TomlSection& in, Tcp& t) {
  t.variant = in.text("variant", t.variant);
  if (t.variant != "cubic" && t.variant != "bbr" && t.variant != "new-reno" && t.variant != "dctcp") {
    in.complain("variant", fmt::format("is '{}'; known are cubic, bbr, new-reno and dctcp", t.variant));
  }
  t.smallest = in.parsed("smallest", std::size_t{0}, link::parse_size);
  t.largest = in.parsed("largest", t.smallest, link::parse_size);
  t.mean_idle = in.parsed("mean_idle", t.mean_idle, parse_duration);
  if (t.smallest > t.largest) in.complain("smallest", "is above largest");
}

void read_stored(TomlSection& in, const std::filesystem::path& folder, Flow& flow) {
  Stored& stored = flow.stored;
  flow.media.latency = 150ms;
  read_viewer(in, flow.media);
  stored.buffer = in.parsed("buffer", stored.buffer, parse_duration);
  stored.rendition = in.text("rendition", {});
  stored.cap = in.text("cap", {});
  in.file("frames", folder, [&](const std::string& text) {
    auto frames = FrameTrace::parse(text);
    if (!frames) return frames.error();
    stored.frames = std::make_shared<const FrameTrace>(std::move(*frames));
    return std::string();
  });
}

Flow read_flow(TomlSection& in, const std::filesystem::path& folder, Duration length) {
  Flow flow;
  flow.name = in.required_text("name");
  flow.from = in.required_text("from");
  flow.to = in.required_text("to");
  flow.delay = in.parsed("delay", flow.delay, parse_duration);
  flow.start = in.parsed("start", flow.start, parse_duration);
  flow.stop = in.parsed("stop", length, parse_duration);
  if (flow.stop <= flow.start) in.complain("stop", "is not later than start");
  const std::string kind = in.text("kind", "media");
  if (kind == "media") {
    read_media(in, flow.media);
  } else if (kind == "stored") {
    flow.kind = Flow::Kind::stored;
    read_stored(in, folder, flow);
  } else if (kind == "tcp") {
    flow.kind = Flow::Kind::tcp;
    read_tcp(in, flow.tcp);
  } else if (kind == "constant") {
    flow.kind = Flow::Kind::constant;
    flow.constant.rate = in.parsed("rate", flow.constant.rate, link::parse_rate_steps);
    flow.constant.datagram =
        static_cast<std::uint32_t>(in.parsed("datagram", std::size_t{1200}, link::parse_size));
    if (flow.constant.datagram < 16 || flow.constant.datagram > 65'000) {
      in.complain("datagram", "is not from 16B to 65000B");
    }
    if (flow.constant.rate.empty()) in.complain("rate", "is missing");
  } else {
    in.complain("kind", fmt::format("is '{}'; known are media, stored, tcp and constant", kind));
  }
  return flow;
}

}  // namespace

std::vector<Flow> read_flows(TomlSection& in, const std::filesystem::path& folder, Duration length) {
  const auto count = static_cast<std::size_t>(in.number("count", 1, 1, 1000));
  std::vector<Flow> flows(count, read_flow(in, folder, length));
  for (std::size_t i = 0; count > 1 && i < count; ++i) flows[i].name += fmt::format("-{}", i + 1);
  return flows;
}

}  // namespace avocet::sim
