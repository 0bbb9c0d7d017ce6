#include "protocol/session/ecn_validation.hpp"

namespace avocet::session {

void EcnValidation::on_ack(const std::optional<wire::EcnCounts>& counts, std::uint64_t newly_acked) {
  if (state_ == State::failed || (newly_acked == 0 && !counts)) return;
  const wire::EcnCounts now = counts.value_or(wire::EcnCounts{});
  // AV-ECN-3: counts never fall; each of our packets is counted as it was marked, or as CE; nobody marks more
  // than was sent.
  const bool fell = now.ect0 < last_.ect0 || now.ce < last_.ce;
  const bool foreign = now.ect1 > 0 || now.ect0 > sent_ || now.ce > sent_ - now.ect0;
  if (!counts || fell || foreign || (now.ect0 - last_.ect0) + (now.ce - last_.ce) < newly_acked) {
    state_ = State::failed;
    return;
  }
  last_ = now;
  if (newly_acked == 0) return;
  reported_ = true;
  state_ = State::capable;
}

}  // namespace avocet::session
