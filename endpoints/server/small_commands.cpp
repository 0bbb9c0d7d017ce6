#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "endpoints/codec/library.hpp"
#include "endpoints/drive/clock.hpp"
#include "endpoints/drive/entropy.hpp"
#include "endpoints/server/commands.hpp"
#include "endpoints/server/titles.hpp"
#include "endpoints/state/identities.hpp"

namespace avocet::server {
namespace {

std::string clock_text(Duration d) {
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(d).count();
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
                   : fmt::format("{}:{:02}", s / 60, s % 60);
}

std::string rendition_text(const service::StoredTitle& title) {
  std::string text;
  for (const auto& track : title.tracks) {
    if (track.kind != media::Kind::video) continue;
    text += fmt::format("{}{} ({}x{})", text.empty() ? "" : ", ", track.rendition, track.width, track.height);
  }
  return text;
}

nlohmann::json to_json(const service::StoredTitle& title) {
  nlohmann::json tracks = nlohmann::json::array();
  for (const auto& t : title.tracks) {
    nlohmann::json track{{"codec", t.codec}, {"bitrate", t.bitrate}};
    if (t.kind == media::Kind::video) {
      track.update({{"rendition", t.rendition}, {"width", t.width}, {"height", t.height}});
    } else {
      track.update({{"sampleRate", t.sample_rate}, {"channels", t.channels}});
    }
    tracks.push_back(std::move(track));
  }
  return {{"name", title.name},
          {"duration", to_seconds(title.duration)},
          {"playable", title.problem.empty()},
          {"problem", title.problem},
          {"tracks", std::move(tracks)}};
}

}  // namespace

int fail(const std::string& message) {
  fmt::print(stderr, "avocet-server: {}\n", message);
  return 1;
}

int list(const ListOptions& options) {
  Titles titles(options.library);
  if (auto scanned = titles.scan(); !scanned) return fail(scanned.error().message());
  const auto stored = titles.catalogue();
  if (options.json) {
    nlohmann::json out = nlohmann::json::array();
    for (const auto& title : stored) out.push_back(to_json(title));
    fmt::print("{}\n", out.dump(2));
    return 0;
  }
  if (stored.empty()) {
    fmt::print("{} holds no titles; put one in with `avocet-server add CLIP --library {}`\n",
               options.library.string(), options.library.string());
  }
  for (const auto& title : stored) {
    if (title.problem.empty()) {
      fmt::print("{:<24} {:>8}  {}\n", title.name, clock_text(title.duration), rendition_text(title));
    } else {
      fmt::print("{:<24} {:>8}  {}\n", title.name, "-", title.problem);
    }
  }
  return 0;
}

int fingerprint(const FingerprintOptions& options) {
  const auto file = options.certificate.empty() ? options.state / "server.crt" : options.certificate;
  const auto pem = state::read_file(file);
  if (!pem)
    return fail(pem.error() +
                (options.certificate.empty() ? "; the first `avocet-server serve` makes it" : ""));
  const crypto::Context context(drive::draw_entropy());
  const auto chain = crypto::CertificateChain::from_pem(context, *pem);
  if (!chain) return fail(file.string() + " is not a usable certificate: " + chain.error().message);
  const std::string text = to_string(chain->fingerprint());
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"sha256", text}, {"file", file.string()}}.dump(2));
  } else {
    fmt::print("{}\n", text);
  }
  return 0;
}

}  // namespace avocet::server
