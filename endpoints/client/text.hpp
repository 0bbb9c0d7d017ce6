#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "protocol/base/time.hpp"

/// Text that a person types and reads.
namespace avocet::client {

/// `150ms`, `1.5s`, `2min`, `1:30`, `1:02:03.5`; a bare number is seconds. At most 1000 hours, not negative.
std::expected<Duration, std::string> parse_duration(std::string_view text);

/// `1:05`, and `1:02:03` from an hour on. Whole seconds, rounded down.
std::string clock_text(Duration);

/// `820 kbit/s`, `2.5 Mbit/s`.
std::string rate_text(double bits_per_second);

/// The text with control characters replaced: what a server says must not command a terminal.
std::string printable(std::string_view text);

}  // namespace avocet::client
