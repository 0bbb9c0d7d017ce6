#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "protocol/base/time.hpp"

namespace avocet::dissector {

struct PacketRecord;

/// Where and when something was captured.
struct Sighting {
  PacketRecord* record = nullptr;
  Time at{};
};

/// Sightings by a number that mostly counts up, as those of packets and fragments do. Pages of neighbours,
/// because a table of single entries costs as much as all else that is done for a packet.
class Sightings {
 public:
  /// Null when that number was not seen.
  const Sighting* find(std::uint64_t number) const {
    const Page* page = page_of(number);
    const Sighting* found = page == nullptr ? nullptr : &(*page)[number % page_size];
    return found == nullptr || found->record == nullptr ? nullptr : found;
  }
  /// Takes note of a number. The sighting before, if there was one, stays and is returned.
  const Sighting* note(std::uint64_t number, Sighting seen) {
    if (const Sighting* before = find(number)) return before;
    Page* page = page_of(number);
    if (page == nullptr) page = add_page(number);
    (*page)[number % page_size] = seen;
    return nullptr;
  }

 private:
  static constexpr std::uint64_t page_size = 32;
  using Page = std::array<Sighting, page_size>;

  Page* page_of(std::uint64_t number) const {
    if (latest_ != nullptr && number / page_size == latest_index_) return latest_;
    const auto found = pages_.find(number / page_size);
    if (found == pages_.end()) return nullptr;
    latest_index_ = found->first;
    return latest_ = found->second.get();
  }
  Page* add_page(std::uint64_t number) {
    latest_index_ = number / page_size;
    return latest_ = pages_.emplace(latest_index_, std::make_unique<Page>()).first->second.get();
  }

  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
  mutable Page* latest_ = nullptr;  // the page that was asked for last
  mutable std::uint64_t latest_index_ = 0;
};

}  // namespace avocet::dissector
