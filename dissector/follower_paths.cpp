#include "dissector/follower.hpp"

/// Connection ids and paths.
namespace avocet::dissector {

void Follower::on(const wire::PathChallenge& challenge) { own_.challenges[challenge.data] = seen_; }

void Follower::on(const wire::PathResponse& response) {
  const auto asked = peer_.challenges.find(response.data);
  if (asked == peer_.challenges.end()) return;
  const Duration trip = seen_.at - asked->second.at;
  record_.link(frame_, Derived::path_challenge_in, asked->second, Derived::response_in);
  tell(Derived::path_round_trip, trip);
  judge(Finding::path_validated,
        "The path answers after " + std::to_string(to_microseconds(trip)) + " us (AV-MIG-6)");
}

void Follower::on(const wire::NewId& given) {
  ids_.learn(given.id, connection_, sender_);
  const auto [known, fresh] = own_.ids.try_emplace(given.sequence, given);
  if (!fresh && !(known->second.id == given.id && known->second.reset_token == given.reset_token))
    judge(Finding::id_contradiction,
          "Number " + std::to_string(given.sequence) + " was given with another id or token (AV-CID-4)");
  if (!fresh || !peer_.parameters) return;
  std::uint64_t kept = given.retire_before == 0 ? 1 : 0;  // the handshake's own is number 0
  for (const auto& [sequence, id] : own_.ids) kept += sequence >= given.retire_before;
  const std::uint64_t most = std::max<std::uint64_t>(1, peer_.parameters->max_ids);
  if (kept > most + own_.ids_retired)
    judge(Finding::id_limit,
          std::to_string(kept) + " ids, of which the peer keeps " + std::to_string(most) + " (AV-CID-3)");
}

void Follower::on(const wire::RetireId& retired) {
  if (connection_.from_the_beginning() && retired.sequence != 0 && !peer_.ids.contains(retired.sequence))
    judge(Finding::unknown_id_retired,
          "Number " + std::to_string(retired.sequence) + " was not given in this capture (AV-CID-6)");
  ++peer_.ids_retired;
}

}  // namespace avocet::dissector
