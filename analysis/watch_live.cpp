#include "analysis/watch_live.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "analysis/capture/held_records.hpp"
#include "analysis/capture/live_capture.hpp"
#include "analysis/connections/listeners.hpp"
#include "analysis/output/dashboard.hpp"
#include "analysis/packets/key_log_follower.hpp"
#include "analysis/terminal.hpp"

namespace avocet::analysis {
namespace {

using Clock = capture::HeldRecords::Clock;

/// A program writes its keys down about a round trip after the packets that they open have begun to pass.
constexpr auto keys_take = 500ms;

/// The dashboard is drawn anew so often, and takes a twentieth of the time at most: an account of thousands
/// of connections takes its time, in which packets wait.
constexpr auto often = 500ms;
constexpr int seldom = 19;

volatile std::sig_atomic_t stop = 0;

void stop_on_signals() {
  struct sigaction action{};
  action.sa_handler = [](int) { stop = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// A screen of its own while it lasts, so that the terminal is as before in the end.
class Screen {
 public:
  Screen() : wanted_(isatty(STDOUT_FILENO) == 1) {
    if (wanted_) fmt::print("\x1b[?1049h\x1b[?25l");
  }
  ~Screen() {
    if (wanted_) fmt::print("\x1b[?25h\x1b[?1049l");
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  bool wanted() const { return wanted_; }
  void show(const Account& account, std::uint64_t dropped) const {
    const TerminalSize size = terminal_size();
    fmt::print("\x1b[H\x1b[2J{}", dashboard(account, dropped, size.rows, size.columns));
    std::fflush(stdout);
  }

 private:
  bool wanted_;
};

/// Packets that this machine had no time for, looked at now and then.
struct Dropped {
  std::uint64_t count = 0;
  Time noticed;  ///< that there are any

  void see(std::uint64_t now_dropped, Time now) {
    if (count == 0 && now_dropped > 0) noticed = now;
    count = now_dropped;
  }
};

void add_dropped(Account& account, const Dropped& dropped) {
  if (dropped.count == 0) return;
  account.findings.push_back(
      {"capture-loss", Finding::Weight::warning, "This machine was too slow to capture all packets.",
       fmt::format(
           "{} packets were not captured, the first of them before {:.1f} s; the network has not lost "
           "them",
           dropped.count, to_seconds(dropped.noticed.time_since_epoch())),
       "Capture to a file first (tcpdump -B 65536 -w), and analyze that."});
}

}  // namespace

std::expected<Account, std::string> watch_live(const std::string& interface, double seconds,
                                               const Sources& sources, PacketListener* beside) {
  auto capture = capture::LiveCapture::open(interface);
  if (!capture) return std::unexpected(capture.error());
  PacketOpening opening;
  Listeners listeners({&opening, beside});
  CaptureReading reading(&listeners);
  for (const std::uint16_t port : sources.ports) reading.connections().also_port(port);
  KeyLogFollower keys(sources.key_log);
  stop_on_signals();
  capture::HeldRecords held;
  const auto wait = sources.key_log.empty() ? Clock::duration::zero() : keys_take;
  const auto read = [&](const capture::Record& record) { reading.read(record); };
  const Screen screen;
  const auto began = Clock::now();
  Clock::duration pause = often;
  auto drawn = began, looked = began - 1s;
  Dropped dropped;
  while (stop == 0 && capture->trouble().empty()) {
    const auto now = Clock::now();
    if (seconds > 0 && now - began >= std::chrono::duration<double>(seconds)) break;
    if (now - looked >= 100ms) {
      keys.read(reading.keys());
      dropped.see(capture->dropped(), reading.clock().latest());
      looked = now;
    }
    if (screen.wanted() && now - drawn >= pause) {
      screen.show(account_of(reading, opening, interface, {}), dropped.count);
      drawn = Clock::now();
      pause = std::max<Clock::duration>(often, (drawn - now) * seldom);
    }
    if (const auto record = capture->next()) held.push(Clock::now(), *record);
    held.release(Clock::now() - wait, read);
  }
  keys.read(reading.keys());
  held.release(Clock::time_point::max(), read);
  opening.finish(reading.clock().latest());
  Account account = account_of(reading, opening, interface, capture->trouble());
  dropped.see(capture->dropped(), reading.clock().latest());
  add_dropped(account, dropped);
  return account;
}

}  // namespace avocet::analysis
