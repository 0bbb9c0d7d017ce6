#include "protocol/rate/transit.hpp"

namespace avocet::rate {

void Transit::on_packet(Time now, Time sent, std::int64_t arrival_us) {
  if (!delays_.continues(sent, arrival_us)) {
    delays_.begin(sent, arrival_us);
    usual_ = {};
    quickest_.clear(), quickest_now_.clear();
  }
  const Duration off = delays_.of(sent, arrival_us);
  usual_ += (off - usual_) / 8;
  quickest_.add(now, off);
  quickest_now_.add(now, off);
}

}  // namespace avocet::rate
