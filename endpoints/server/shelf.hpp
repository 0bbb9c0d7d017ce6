#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "endpoints/codec/title.hpp"
#include "protocol/service/server_events.hpp"

namespace avocet::server {

/// The library at one moment: never changes, so that all threads share it.
struct Shelf {
  std::vector<service::StoredTitle> catalogue;
  std::map<std::string, std::shared_ptr<const codec::Title>, std::less<>>
      titles;  ///< those that can be played

  /// Null when there is none that can be played.
  const codec::Title* find(std::string_view name) const {
    const auto found = titles.find(name);
    return found == titles.end() ? nullptr : found->second.get();
  }
};

}  // namespace avocet::server
