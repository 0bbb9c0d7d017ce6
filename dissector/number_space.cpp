#include "dissector/number_space.hpp"

namespace avocet::dissector {

NumberSpace::Verdict NumberSpace::see(PacketNumber number, Sighting sighting) {
  Verdict verdict;
  verdict.earlier = seen_.note(number.value, sighting);
  if (!largest_) {
    largest_ = number;
  } else if (number > *largest_) {
    verdict.missing_before = number - *largest_ - 1;
    largest_ = number;
  } else {
    verdict.behind = *largest_ - number;
    verdict.reordered = verdict.earlier == nullptr;
  }
  return verdict;
}

}  // namespace avocet::dissector
