#include "protocol/service/path_share.hpp"

#include <algorithm>

namespace avocet::service {

DataRate share_of_path(DataRate path, std::vector<Claim> claims, const Claim& mine) {
  double left = static_cast<double>(path.bps()), weights = 0;
  for (const Claim& claim : claims) weights += claim.weight;
  // Who needs least for its weight is served first; what it leaves is for the others.
  const auto need = [](const Claim& c) { return static_cast<double>(c.most.bps()) / c.weight; };
  std::ranges::sort(claims, {}, need);
  for (const Claim& claim : claims) {
    if (need(claim) >= need(mine) || need(claim) > left / weights) break;
    left -= static_cast<double>(claim.most.bps());
    weights -= claim.weight;
  }
  return std::min(mine.most, DataRate::bps(static_cast<std::int64_t>(left * mine.weight / weights)));
}

}  // namespace avocet::service
