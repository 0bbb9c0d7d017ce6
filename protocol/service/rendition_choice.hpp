#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "protocol/base/units.hpp"

namespace avocet::service {

/// Which rendition a path can carry. Rate-driven: down at once, as far as needed; up when the rate has
/// covered the higher one with room to spare for a while, and not soon after a step down. A pure value: it
/// knows bit rates and evidence, nothing of titles or sessions.
class RenditionChoice {
 public:
  struct Config {
    double overhead = 1.06;   ///< bytes on the path per byte of payload: 29 sealing + 9 frame + 28 IP of 1200
    double up_factor = 1.05;  ///< the rate must exceed the need of a higher rendition by as much
    Duration up_after = 1s;   ///< and for as long
    Duration first_up_after = 300ms;  ///< the same until the first step: a start need not be slow
    Duration after_down = 3s;         ///< no step up sooner after a step down
    Duration largest_penalty = 30s;   ///< after_down doubles up to this when a step up was soon undone
    /// The first estimates after a drop are cautious, and what the client holds bridges a small deficit: for
    /// `settling` after a step down, these shares of a rendition's need are enough to step to it, and to stay
    /// there.
    double settling_share = 0.85, holding_share = 0.7;
    Duration settling = 2s;
    Duration soon = 4s;         ///< as soon as this
    Duration hopeless = 250ms;  ///< what is queued would come this much too late: down
  };

  /// `video` are the bit rates of the renditions, ascending; `audio` goes along with each.
  RenditionChoice(std::vector<DataRate> video, DataRate audio, const Config&);
  RenditionChoice(std::vector<DataRate> video, DataRate audio);

  /// Where a play begins: the highest whose need the rate covers with room to spare, or the lowest.
  std::size_t start(DataRate target) const;

  /// What is known at an instant.
  struct Evidence {
    DataRate target;  ///< what the path carries
    Duration
        late{};  ///< by how much something that is queued would miss its time; zero when nothing is shown yet
  };
  struct Step {
    std::size_t to = 0;
    std::string reason;  ///< for a person: "rate fell to 0.9 Mbit/s"
  };
  /// A step to another rendition if there should be one now. `highest` is the cap of the client.
  std::optional<Step> decide(Time now, std::size_t current, std::size_t highest, const Evidence&);

  /// The rate at which a rendition, with its audio, can be sent without falling behind.
  DataRate need(std::size_t rendition) const;

 private:
  std::optional<Step> step_down(Time now, std::size_t current, const Evidence&);
  std::optional<Step> step_up(Time now, std::size_t current, std::size_t highest, DataRate target);
  bool spare(std::size_t rendition, DataRate target) const {
    return target >= need(rendition) * config_.up_factor;
  }

  std::vector<DataRate> video_;
  DataRate audio_;
  Config config_;
  std::optional<Time> spare_since_;  // the rate has covered the next higher rendition
  std::optional<Time> last_up_, last_down_, no_up_before_;
  Duration penalty_{};
};

/// "0.9 Mbit/s"
std::string to_text(DataRate);

}  // namespace avocet::service
