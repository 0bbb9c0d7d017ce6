#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace avocet::analysis {

/// What the beginnings of two captures tell of each other.
struct FirstMeeting {
  bool met = false;             ///< there are packets that both have
  bool first_is_server = true;  ///< the first capture is the one nearer to the server
  std::int64_t ahead = 0;       ///< ns by which the clock of the second capture is ahead, about
};

/// Looks for packets that are in both captures, among the first 200,000 of each. Who is nearer to the server
/// shows in the times between the two places: there and back they add up to a round trip, which is not
/// negative. Both files are read from their beginnings; `ports` are ours besides 4747. Fails when one cannot
/// be opened, with a message for a person.
std::expected<FirstMeeting, std::string> first_meeting(const std::string& first, const std::string& second,
                                                       const std::vector<std::uint16_t>& ports);

}  // namespace avocet::analysis
