#include "analysis/capture/capture_file.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace avocet::capture {
namespace {

/// What people can do about the file that libpcap does not take.
std::string advice(std::string_view error) {
  if (error.find("unknown file format") != error.npos || error.find("magic") != error.npos) {
    return "; it is no capture in pcap or pcapng format (was it compressed? `zcat FILE | avocet-analyze -` "
           "reads it)";
  }
  if (error.find("type") != error.npos && error.find("interface") != error.npos) {
    return "; libpcap reads only interfaces of one link type: split the file with `editcap` or capture one "
           "of them";
  }
  return "";
}

constexpr std::int64_t second = 1'000'000'000;

}  // namespace

void CaptureFile::Close::operator()(pcap* p) const { pcap_close(p); }

std::expected<CaptureFile, std::string> CaptureFile::open(const std::string& name) {
  std::FILE* file = name == "-" ? stdin : std::fopen(name.c_str(), "rb");
  if (file == nullptr) return std::unexpected(fmt::format("cannot open {}: {}", name, std::strerror(errno)));
  struct stat found{};
  if (fstat(fileno(file), &found) == 0 && S_ISDIR(found.st_mode)) {
    std::fclose(file);
    return std::unexpected(fmt::format("{} is a folder; name a capture in it", name));
  }
  return take(file, name);
}

std::expected<CaptureFile, std::string> CaptureFile::take(std::FILE* file, const std::string& name) {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  pcap_t* opened = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error.data());
  if (opened == nullptr) {
    if (file != stdin) std::fclose(file);
    return std::unexpected(fmt::format("cannot read {}: {}{}", name, error.data(), advice(error.data())));
  }
  return CaptureFile(name, std::unique_ptr<pcap, Close>(opened));
}

CaptureFile::CaptureFile(std::string name, std::unique_ptr<pcap, Close> opened)
    : name_(std::move(name)), pcap_(std::move(opened)), file_(pcap_file(pcap_.get())) {
  struct stat found{};
  if (file_ != nullptr && fstat(fileno(file_), &found) == 0 && S_ISREG(found.st_mode)) {
    size_ = static_cast<double>(found.st_size);
  }
  link_ = static_cast<Link>(pcap_datalink(pcap_.get()));
}

std::optional<Record> CaptureFile::next() {
  if (!trouble_.empty()) return std::nullopt;
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  const int result = pcap_next_ex(pcap_.get(), &header, &data);
  if (result == 1) {
    // Of what a damaged file says; what is beyond does not fit into nanoseconds.
    constexpr std::int64_t year_2096 = 4'000'000'000;
    const std::int64_t seconds = std::clamp<std::int64_t>(header->ts.tv_sec, 0, year_2096);
    return Record{.at = seconds * second + header->ts.tv_usec,
                  .link = link_,
                  .bytes = ByteView(reinterpret_cast<const std::byte*>(data), header->caplen),
                  .length = header->len};
  }
  if (result == PCAP_ERROR) {
    const std::string_view error = pcap_geterr(pcap_.get());
    trouble_ = fmt::format("{} cannot be read to its end: {}{}", name_, error, advice(error));
  }
  return std::nullopt;
}

std::optional<double> CaptureFile::progress() const {
  if (size_ <= 0) return std::nullopt;
  const auto at = ftello(file_);
  return at < 0 ? std::nullopt : std::optional(static_cast<double>(at) / size_);
}

}  // namespace avocet::capture
