#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/service/live_title.hpp"
#include "protocol/service/refusal.hpp"
#include "protocol/service/server_events.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

/// Stored and live titles under one roof: a name means one of them at most; a stored one comes first.
class Catalogue {
 public:
  using Stored = std::shared_ptr<const StoredTitle>;
  using Live = std::shared_ptr<LiveTitle>;

  /// Replaces all stored titles. One that the wire cannot carry is kept with a problem that says so; one
  /// whose name is none is left out.
  void set_stored(std::vector<StoredTitle>);

  void add_live(Live);
  void remove_live(std::string_view name);
  std::size_t live_titles() const { return live_.size(); }
  bool stores(std::string_view name) const { return stored_.contains(name); }

  /// What Play asks for, when it can be played: the title, in one of the two.
  struct Found {
    Stored stored;
    Live live;
  };
  std::expected<Found, Refusal> find(std::string_view name, std::string_view rendition,
                                     std::string_view cap) const;

  /// What one message can tell of the titles after `after` (all when empty), by name; `cursor` as in
  /// Directory.
  struct Page {
    wire::Catalogue message;
    std::optional<std::string> cursor;
  };
  Page page(const std::optional<std::string>& after) const;

  void viewer_came(std::string_view name) { ++viewers_[std::string(name)]; }
  void viewer_went(std::string_view name);

 private:
  wire::Title describe(std::string_view name) const;

  std::map<std::string, Stored, std::less<>> stored_;
  std::map<std::string, Live, std::less<>> live_;
  std::map<std::string, std::uint32_t, std::less<>> viewers_;
};

/// A refusal when a rendition is named that is not among `tracks`.
std::optional<Refusal> problem_of_rendition(std::string_view title,
                                            const std::vector<media::TrackConfig>& tracks,
                                            std::string_view rendition);

}  // namespace avocet::service
