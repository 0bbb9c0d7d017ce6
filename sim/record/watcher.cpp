#include "sim/record/watcher.hpp"

namespace avocet::sim {

std::string_view to_string(LossCause cause) {
  switch (cause) {
    case LossCause::queue: return "queue";
    case LossCause::discipline: return "discipline";
    case LossCause::random: return "random";
    case LossCause::blackhole: return "blackhole";
    case LossCause::listed: return "listed";
    case LossCause::too_large: return "too-large";
    case LossCause::corrupted: return "corrupted";
  }
  return "unknown";
}

}  // namespace avocet::sim
