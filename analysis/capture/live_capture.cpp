#include "analysis/capture/live_capture.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>
#include <poll.h>

#include <array>

namespace avocet::capture {
namespace {

constexpr int wait_ms = 100;

std::string known_interfaces() {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  pcap_if_t* all = nullptr;
  if (pcap_findalldevs(&all, error.data()) != 0) return {};
  std::string out;
  for (const pcap_if_t* one = all; one != nullptr; one = one->next) {
    if ((one->flags & PCAP_IF_UP) != 0) out += (out.empty() ? "" : ", ") + std::string(one->name);
  }
  pcap_freealldevs(all);
  return out;
}

std::string explain(const std::string& interface, int status, const char* detail) {
  switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return fmt::format(
          "no right to capture on {}: run as root, or once `setcap cap_net_raw+ep avocet-analyze`",
          interface);
    case PCAP_ERROR_NO_SUCH_DEVICE:
      return fmt::format("there is no interface {}; those that are up: {}", interface, known_interfaces());
    case PCAP_ERROR_IFACE_NOT_UP: return fmt::format("the interface {} is down", interface);
    default: return fmt::format("cannot capture on {}: {} {}", interface, pcap_statustostr(status), detail);
  }
}

}  // namespace

void LiveCapture::Close::operator()(pcap* p) const { pcap_close(p); }

std::expected<LiveCapture, std::string> LiveCapture::open(const std::string& interface) {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  std::unique_ptr<pcap, Close> opened(pcap_create(interface.c_str(), error.data()));
  if (!opened) return std::unexpected(fmt::format("cannot capture on {}: {}", interface, error.data()));
  constexpr int whole_packets = 262'144, buffer = 16 << 20;
  pcap_set_snaplen(opened.get(), whole_packets);
  pcap_set_timeout(opened.get(), wait_ms);
  pcap_set_buffer_size(opened.get(), buffer);
  pcap_set_tstamp_precision(opened.get(), PCAP_TSTAMP_PRECISION_NANO);
  const int status = pcap_activate(opened.get());
  if (status < 0) return std::unexpected(explain(interface, status, pcap_geterr(opened.get())));
  if (pcap_setnonblock(opened.get(), 1, error.data()) != 0)
    return std::unexpected(fmt::format("cannot capture on {}: {}", interface, error.data()));
  return LiveCapture(interface, std::move(opened));
}

LiveCapture::LiveCapture(std::string interface, std::unique_ptr<pcap, Close> opened)
    : interface_(std::move(interface)), pcap_(std::move(opened)) {
  link_ = static_cast<Link>(pcap_datalink(pcap_.get()));
  fraction_ = pcap_get_tstamp_precision(pcap_.get()) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
}

std::optional<Record> LiveCapture::next() {
  if (!trouble_.empty()) return std::nullopt;
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  int result = pcap_next_ex(pcap_.get(), &header, &data);
  if (result == 0) {  // libpcap itself may wait for ever
    pollfd readable{pcap_get_selectable_fd(pcap_.get()), POLLIN, 0};
    if (poll(&readable, 1, wait_ms) <= 0) return std::nullopt;
    result = pcap_next_ex(pcap_.get(), &header, &data);
  }
  if (result == 1) {
    constexpr std::int64_t second = 1'000'000'000;
    return Record{.at = header->ts.tv_sec * second + header->ts.tv_usec * fraction_,
                  .link = link_,
                  .bytes = ByteView(reinterpret_cast<const std::byte*>(data), header->caplen),
                  .length = header->len};
  }
  if (result == PCAP_ERROR)
    trouble_ = fmt::format("the capture on {} ended: {}", interface_, pcap_geterr(pcap_.get()));
  return std::nullopt;
}

std::uint64_t LiveCapture::dropped() const {
  pcap_stat found{};
  return pcap_stats(pcap_.get(), &found) == 0 ? found.ps_drop : 0;
}

}  // namespace avocet::capture
