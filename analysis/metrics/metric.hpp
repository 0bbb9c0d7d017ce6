#pragma once

#include <string_view>

namespace avocet::metrics {

/// A measure by which something is judged: one name means one thing wherever it is written. `source` is where
/// the definition comes from; empty where it is our own.
struct Metric {
  std::string_view name, unit, meaning, source;
};

}  // namespace avocet::metrics
