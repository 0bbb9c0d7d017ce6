#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/service/message_stream.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

/// Who is on the server, on any of its shards, and what has changed since the users of this one were last
/// told. Follows the Registry.
class Directory {
 public:
  /// Enters a user, or what is new about one.
  void enter(wire::User);
  void leave(std::string_view name);
  std::size_t size() const { return users_.size(); }

  /// What one message can tell of the users after `after` (all when empty), by name; `cursor` then is the
  /// last of them, or nothing when there are no more.
  struct Page {
    wire::Directory message;
    std::optional<std::string> cursor;
  };
  Page page(const std::optional<std::string>& after) const;

  /// Changes are gathered for as long before the others are told.
  static constexpr Duration pause = 50ms;
  /// What has changed since the last call, as messages for all who know the state before. They only name what
  /// is so now, so that it does no harm to somebody who knows some of it already.
  std::vector<SharedBytes> take_changes();

 private:
  std::map<std::string, wire::User, std::less<>> users_;
  std::map<std::string, bool> changes_;  // name -> is here
};

}  // namespace avocet::service
