#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "sim/link/config.hpp"

/// What a person types to describe a link. Every parser takes the whole text or returns a message that quotes
/// the offending part and says what was expected.
namespace avocet::link {

template <class T>
using Parsed = std::expected<T, std::string>;

/// `25ms`, `1.5s`, `300us`; not negative, at most 1000 hours.
Parsed<Duration> parse_duration(std::string_view text);
/// `2%`, `0.5%`, `0`: a probability between 0 and 1.
Parsed<double> parse_percentage(std::string_view text);
/// `800kbit`, `8mbit`, `1.5gbit`, `9600bit` per second; at most 1000 gbit.
Parsed<DataRate> parse_rate(std::string_view text);
/// `1400B`, `30kB`, `2MB` (1000 bytes to a kB); at most 1 TB.
Parsed<std::size_t> parse_size(std::string_view text);
/// `8mbit`, or `8mbit@0s,1mbit@10s`: the first step at 0s, ascending.
Parsed<std::vector<RateStep>> parse_rate_steps(std::string_view text);
/// `2%`, or `ge:TO_BAD:TO_GOOD[:LOSS_IN_BAD[:LOSS_IN_GOOD]]`, all percentages; lost are 100% in bad and 0% in
/// good unless said.
Parsed<Loss> parse_loss(std::string_view text);
/// The same, or steps of it such as `0%@0s,3%@20s`: the first at 0s, ascending.
Parsed<std::vector<LossStep>> parse_loss_steps(std::string_view text);
/// `1%`, or `1%:20ms`: probability and how long one is held back.
Parsed<Reorder> parse_reorder(std::string_view text);
/// `5s-7s,20s-21s`: ascending, apart.
Parsed<std::vector<Blackhole>> parse_blackholes(std::string_view text);
/// `4s,8s`: ascending.
Parsed<std::vector<Duration>> parse_times(std::string_view text);

}  // namespace avocet::link
