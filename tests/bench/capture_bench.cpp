#include <benchmark/benchmark.h>
#include <pcap/pcap.h>

#include <filesystem>
#include <fstream>

#include "analysis/capture/capture_file.hpp"
#include "analysis/playback/packet_opening.hpp"
#include "analysis/report/pcapng_writer.hpp"
#include "protocol/crypto/key_log.hpp"

/// How fast captures are read: by libpcap alone, by their headers, and opened with the keys. Items are
/// packets.
namespace avocet {
namespace {

constexpr std::uint64_t packets = 100'000;
constexpr ConnectionId to_client{0x0102030405060708};

/// Sealed datagrams of 1200 bytes, with PADDING inside, on their way from a server to its client.
class SealedCapture {
 public:
  SealedCapture() : name_((std::filesystem::temp_directory_path() / "avocet-capture-bench.pcapng").string()) {
    const crypto::Context context(Entropy::of(1));
    crypto::ScheduleSecret secret;
    crypto::Sealer sealer(context, crypto::packet_key(context, secret));
    std::ofstream out(name_, std::ios::binary);
    report::PcapngWriter writer(out, "bench", "bench");
    const PeerAddress server = PeerAddress::v4(192, 0, 2, 1, 4747),
                      client = PeerAddress::v4(192, 0, 2, 9, 50000);
    for (std::uint64_t n = 0; n < packets; ++n) {
      Bytes packet(wire::base_datagram);
      wire::Writer header{ByteSpan(packet).first(wire::sealed_header_size)};
      wire::write_fields(
          header, wire::SealedHeader{.destination = to_client, .number_low = static_cast<std::uint32_t>(n)});
      if (!sealer.seal({n}, header.written(), ByteSpan(packet).subspan(wire::sealed_header_size)))
        std::abort();
      writer.packet(static_cast<std::int64_t>(n) * 1'000'000,
                    report::ipv4_udp(server, client, Ecn::ect0, packet),
                    report::PcapngWriter::Direction::unknown);
    }
    const Bytes random(32);
    lines_ = {crypto::key_log_line(crypto::key_log::connection_id, random, from_hex("0102030405060708")),
              crypto::key_log_line(crypto::key_log::server_traffic, 0, random, secret.bytes())};
  }
  ~SealedCapture() { std::filesystem::remove(name_); }

  const std::string& name() const { return name_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::string name_;
  std::vector<std::string> lines_;
};

const SealedCapture& capture_file() {
  static const SealedCapture file;
  return file;
}

void libpcap_alone(benchmark::State& state) {
  const std::string& name = capture_file().name();
  for (auto _ : state) {
    std::array<char, PCAP_ERRBUF_SIZE> error{};
    pcap_t* pcap =
        pcap_open_offline_with_tstamp_precision(name.c_str(), PCAP_TSTAMP_PRECISION_NANO, error.data());
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    std::uint64_t bytes = 0;
    while (pcap_next_ex(pcap, &header, &data) == 1) bytes += header->len + data[0];
    benchmark::DoNotOptimize(bytes);
    pcap_close(pcap);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(packets));
}
BENCHMARK(libpcap_alone)->Unit(benchmark::kMillisecond);

void analyze(benchmark::State& state, bool with_keys) {
  for (auto _ : state) {
    auto file = capture::CaptureFile::open(capture_file().name());
    analysis::PacketOpening opening;
    analysis::CaptureReading reading(&opening);
    if (with_keys) {
      for (const std::string& line : capture_file().lines()) reading.keys().add(line);
    }
    while (const auto record = file->next()) reading.read(*record);
    const analysis::Connection& connection = reading.connections().all().at(0);
    const std::uint64_t opened = connection.up.opened + connection.down.opened;
    if ((with_keys ? opened : connection.unopened) != packets) state.SkipWithError("not as sealed");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(packets));
}
BENCHMARK_CAPTURE(analyze, headers_only, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(analyze, decrypting, true)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace avocet
