#include "dissector/number_space.hpp"

namespace avocet::dissector {

NumberSpace::Verdict NumberSpace::see(PacketNumber number, Sighting sighting) {
  Verdict verdict;
  const auto [place, fresh] = seen_.try_emplace(number.value, sighting);
  if (!fresh) verdict.earlier = place->second;
  if (!largest_) {
    largest_ = number;
  } else if (number > *largest_) {
    verdict.missing_before = number - *largest_ - 1;
    largest_ = number;
  } else {
    verdict.behind = *largest_ - number;
    verdict.reordered = fresh;
  }
  return verdict;
}

}  // namespace avocet::dissector
