#pragma once

#include <expected>
#include <string>
#include <vector>

#include "analysis/replay/recovered_path.hpp"

namespace avocet::analysis {

/// What a capture, or two, tell of one connection's path and of what was sent over it.
struct RecoveredSession {
  RecoveredPath down, up;
  double length = 0;     ///< s
  double mean_rate = 0;  ///< bit/s from the server, as captured
  /// How the times on the way down are known, for a person.
  std::string how;

  /// What the server sends; what is zero is not known.
  struct Source {
    std::string title;
    bool live = true;
    double frames_per_second = 0, most = 0, audio = 0;  ///< 1/s, bit/s, bit/s
    double latency = 0;                                 ///< s
  };
  Source source;
};

struct RecoverRequest {
  std::vector<std::string> files;  ///< one, or two of the same session
  std::string key_log;             ///< may be empty
  std::vector<std::uint16_t> ports;
};

/// Of the connection whose server sent the most. What failed is for a person.
std::expected<RecoveredSession, std::string> recover_session(const RecoverRequest&);

}  // namespace avocet::analysis
