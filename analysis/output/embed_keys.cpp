#include "analysis/output/embed_keys.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "analysis/capture/capture_file.hpp"
#include "analysis/packets/key_ring.hpp"
#include "analysis/report/pcapng_writer.hpp"

namespace avocet::analysis {
namespace {

/// In comments of at most 60 KB, which is below what the format allows.
std::vector<std::string> comments_of(const std::string& key_log) {
  constexpr std::size_t most = 60'000;
  std::vector<std::string> out;
  KeyRing ring;
  std::ifstream in(key_log);
  for (std::string line; std::getline(in, line);) {
    if (!ring.add(line)) continue;
    if (out.empty() || out.back().size() + line.size() > most) out.emplace_back();
    out.back() += line + '\n';
  }
  return out;
}

/// libpcap's numbers of link types are those of files, but for this one.
std::uint16_t link_type(capture::Link link) {
  const bool raw = link == capture::Link::raw || link == capture::Link::raw_bsd;
  return raw ? report::link_raw : static_cast<std::uint16_t>(link);
}

}  // namespace

std::string embed_keys(const std::string& capture, const std::string& key_log, const std::string& out) {
  namespace fs = std::filesystem;
  std::error_code none;
  if (capture == "-") return "--embed-keys reads the capture twice: give it as a file";
  if (fs::equivalent(capture, out, none))
    return fmt::format("{} is the capture itself: write to another file", out);
  auto file = capture::CaptureFile::open(capture);
  if (!file) return file.error();
  std::ofstream stream(out, std::ios::binary | std::ios::trunc);
  fs::permissions(out, fs::perms::owner_read | fs::perms::owner_write, none);
  std::vector<std::string> comments = comments_of(key_log);
  std::optional<report::PcapngWriter> writer;
  while (const auto record = file->next()) {
    if (!writer) writer.emplace(stream, capture, "avocet-analyze", link_type(record->link));
    writer->packet(record->at, record->bytes, record->length, report::PcapngWriter::Direction::unknown,
                   comments);
    comments.clear();
  }
  stream.flush();
  return stream.good() ? std::string() : fmt::format("cannot write {}", out);
}

}  // namespace avocet::analysis
