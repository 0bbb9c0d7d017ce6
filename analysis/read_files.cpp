#include "analysis/read_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/account/journey_account.hpp"
#include "analysis/capture/capture_file.hpp"
#include "analysis/connections/listeners.hpp"
#include "analysis/packets/key_log_file.hpp"
#include "analysis/progress_bar.hpp"

namespace avocet::analysis {
namespace {

/// Reads record by record until `step` says that there is no more.
template <class Step>
void read_all(const capture::CaptureFile& file, const CaptureReading& reading, Step step) {
  ProgressBar bar;
  constexpr std::uint64_t few = 4096;
  for (std::uint64_t records = 1; step(); ++records) {
    if (records % few == 0 && bar.due()) bar.show(file.progress().value_or(0), reading.decoded().records);
  }
}

/// What is wrong with the whole of what was given.
void judge_sources(const Sources& sources, const CaptureReading& reading, Account& account) {
  const capture::DecoderCounters& decoded = reading.decoded();
  if (decoded.records > 0 && decoded.unknown_link == decoded.records && account.trouble.empty()) {
    account.trouble = fmt::format(
        "{} is of a link type that is not read here; Ethernet, Linux cooked, loopback and raw IP are",
        account.file);
  }
  const bool opened = std::ranges::any_of(account.connections, &ConnectionAccount::opened);
  const bool sealed = std::ranges::any_of(account.connections, [](const ConnectionAccount& c) {
    return value_of(c.measures, "packetsNotOpened") > 0;
  });
  if (sources.key_log.empty() || !sealed || opened) return;
  account.findings.push_back(
      {"wrong-keys", Finding::Weight::severe, "The keys open none of the packets.",
       fmt::format("{} names {} connections, of which the capture has none", sources.key_log,
                   reading.keys().connections()),
       "Keys belong to one session: take the key log that was written while this was captured."});
}

std::expected<Account, std::string> read_one(const Sources& sources, PacketListener* beside) {
  auto file = capture::CaptureFile::open(sources.files[0]);
  if (!file) return std::unexpected(file.error());
  PacketOpening opening;
  Listeners listeners({&opening, beside});
  CaptureReading reading(&listeners);
  for (const std::uint16_t port : sources.ports) reading.connections().also_port(port);
  if (auto failed = read_key_log(sources.key_log, reading.keys()); !failed.empty())
    return std::unexpected(std::move(failed));
  read_all(*file, reading, [&] {
    const auto record = file->next();
    if (record) reading.read(*record);
    return record.has_value();
  });
  opening.finish(reading.clock().latest());
  if (reading.decoded().records == 0 && !file->trouble().empty()) return std::unexpected(file->trouble());
  Account account = account_of(reading, opening, sources.files[0], file->trouble());
  judge_sources(sources, reading, account);
  return account;
}

std::expected<Account, std::string> read_two(const Sources& sources, PacketListener* beside) {
  PacketOpening opening;
  Listeners listeners({&opening, beside});
  auto pair = PairReading::open(sources.files[0], sources.files[1], sources.ports, &listeners);
  if (!pair) return std::unexpected(pair.error());
  CaptureReading& viewer = pair->reading(CaptureSide::viewer);
  if (auto failed = read_key_log(sources.key_log, viewer.keys()); !failed.empty())
    return std::unexpected(std::move(failed));
  const capture::CaptureFile& file = pair->file(CaptureSide::viewer);
  read_all(file, viewer, [&] { return pair->read_next(); });
  pair->finish();
  opening.finish(viewer.clock().latest());
  Account account = account_of(viewer, opening, file.name(), file.trouble());
  add_journeys(account, *pair);
  judge_sources(sources, viewer, account);
  return account;
}

}  // namespace

std::expected<Account, std::string> read_files(const Sources& sources, PacketListener* beside) {
  return sources.files.size() == 1 ? read_one(sources, beside) : read_two(sources, beside);
}

}  // namespace avocet::analysis
