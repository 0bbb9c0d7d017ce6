#pragma once

#include <asio/io_context.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "endpoints/drive/alarm.hpp"
#include "endpoints/drive/watch.hpp"

namespace avocet::drive {

/// Tells when addresses, links or routes of this machine change (rtnetlink(7)): then the way to a peer may
/// begin at another local address than before.
class NetworkChanges {
 public:
  /// Calls `changed()` from the context when the system has been quiet for `settling` after a change, so that
  /// one that comes in many parts, as joining a wireless network does, is told once. The error says why the
  /// system gives no notice.
  static std::expected<std::unique_ptr<NetworkChanges>, std::string> watch(asio::io_context& context,
                                                                           std::function<void()> changed);
  ~NetworkChanges();
  NetworkChanges(const NetworkChanges&) = delete;
  NetworkChanges& operator=(const NetworkChanges&) = delete;

  static constexpr Duration settling = std::chrono::milliseconds(100);
  /// Told after this time even when the system is never quiet.
  static constexpr Duration longest_settling = std::chrono::seconds(1);

 private:
  NetworkChanges(asio::io_context& context, int descriptor, std::function<void()> changed);
  void listen();
  void take_notices();

  int descriptor_;
  std::unique_ptr<Watch> watch_;
  Alarm quiet_;
  std::function<void()> changed_;
  std::optional<Time> latest_;  // when to tell, at the latest; none: nothing to tell
};

}  // namespace avocet::drive
