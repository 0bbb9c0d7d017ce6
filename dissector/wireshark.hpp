#pragma once

/// Wireshark's own headers, and what they lack in C++.

#include <epan/conversation.h>
#include <epan/expert.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/proto_data.h>
#include <epan/tap.h>
#include <epan/to_str.h>
#include <epan/unit_strings.h>
#include <wiretap/wtap.h>
#include <wiretap/wtap_opttypes.h>

#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"

/// Wireshark leaves a dissector by longjmp where bytes are missing: no destructor runs. This plugin reads
/// bytes only through wire::Reader, which never leaves its view, and gives Wireshark no extent that it does
/// not hold.
namespace avocet::dissector {

/// The bytes of a tvb that were captured.
inline ByteView captured(tvbuff_t* tvb) {
  const auto size = static_cast<std::size_t>(tvb_captured_length(tvb));
  if (size == 0) return {};
  return {reinterpret_cast<const std::byte*>(tvb_get_ptr(tvb, 0, static_cast<int>(size))), size};
}

/// A time of the capture on a line of its own, from the first packet's day on or not: only differences count.
inline Time to_time(const nstime_t& t) {
  return Time{std::chrono::seconds(t.secs) + std::chrono::nanoseconds(t.nsecs)};
}

inline nstime_t to_nstime(Duration d) {
  constexpr std::int64_t second = 1'000'000'000;
  return {static_cast<time_t>(d.count() / second), static_cast<int>(d.count() % second)};
}

}  // namespace avocet::dissector
