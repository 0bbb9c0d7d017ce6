#include "protocol/service/catalogue.hpp"

#include "protocol/service/names.hpp"
#include "protocol/service/tracks.hpp"

namespace avocet::service {
namespace {

constexpr std::size_t most_titles = 64;  // of one message, in the wire declaration of Catalogue

std::string problem_of(const StoredTitle& title) {
  if (!title.problem.empty()) return title.problem;
  if (const auto problem = problem_of_tracks(title.tracks)) return *problem;
  if (title.segment_starts.empty()) return "it is empty";
  return {};
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace

void Catalogue::set_stored(std::vector<StoredTitle> titles) {
  stored_.clear();
  for (StoredTitle& title : titles) {
    if (problem_of_name(title.name)) continue;
    title.problem = shortened(problem_of(title), 512);
    title.remedy = shortened(title.remedy, 512);
    std::string name = title.name;
    stored_.emplace(std::move(name), std::make_shared<const StoredTitle>(std::move(title)));
  }
}

void Catalogue::add_live(Live title) {
  std::string name = title->name();
  live_.insert_or_assign(std::move(name), std::move(title));
}

void Catalogue::remove_live(std::string_view name) {
  if (const auto found = live_.find(name); found != live_.end()) live_.erase(found);
}

std::expected<Catalogue::Found, Refusal> Catalogue::find(std::string_view name, std::string_view rendition,
                                                         std::string_view cap) const {
  using enum wire::RefusalCode;
  const std::string quoted = "\"" + shortened(name, 64) + "\"";
  if (const auto problem = problem_of_name(name)) {
    return std::unexpected(Refusal{bad_name, quoted + " is no title: " + *problem,
                                   "ask for a title of the catalogue by its name alone"});
  }
  const auto stored = stored_.find(name);
  const auto live = live_.find(name);
  if (stored == stored_.end() && live == live_.end()) {
    return std::unexpected(
        Refusal{no_such_title, "there is no title " + quoted, "list the titles there are"});
  }
  const bool is_stored = stored != stored_.end();
  if (is_stored && !stored->second->problem.empty()) {
    const std::string& remedy = stored->second->remedy;
    return std::unexpected(
        Refusal{missing_rendition, quoted + " cannot be played: " + shortened(stored->second->problem, 400),
                remedy.empty() ? "ask whoever runs the server to repair it, or play another title" : remedy});
  }
  const auto& tracks = is_stored ? stored->second->tracks : live->second->tracks();
  for (const std::string_view wanted : {rendition, cap}) {
    if (const auto refusal = problem_of_rendition(name, tracks, wanted)) return std::unexpected(*refusal);
  }
  return is_stored ? Found{stored->second, nullptr} : Found{nullptr, live->second};
}

std::optional<Refusal> problem_of_rendition(std::string_view title,
                                            const std::vector<media::TrackConfig>& tracks,
                                            std::string_view rendition) {
  if (rendition.empty() || find_rendition(tracks, rendition)) return std::nullopt;
  const auto there = renditions_of(tracks);
  return Refusal{
      wire::RefusalCode::no_such_rendition,
      "\"" + shortened(title, 64) + "\" has no rendition " + shortened(rendition, 16),
      there.empty() ? "leave the choice to the server" : "choose one of " + listed(there) + ", or auto"};
}

Catalogue::Page Catalogue::page(const std::optional<std::string>& after) const {
  Page page;
  auto stored = after ? stored_.upper_bound(*after) : stored_.begin();
  auto live = after ? live_.upper_bound(*after) : live_.begin();
  while (page.message.titles.size() < most_titles && (stored != stored_.end() || live != live_.end())) {
    const bool take_live = stored == stored_.end() || (live != live_.end() && live->first < stored->first);
    const bool both = !take_live && live != live_.end() && live->first == stored->first;
    page.message.titles.push_back(describe(take_live ? live->first : stored->first));
    if (take_live || both) ++live;
    if (!take_live) ++stored;
  }
  page.message.more = stored != stored_.end() || live != live_.end();
  if (page.message.more) page.cursor = page.message.titles.back().name;
  return page;
}

wire::Title Catalogue::describe(std::string_view name) const {
  wire::Title title;
  title.name = name;
  const auto viewers = viewers_.find(name);
  title.viewers = viewers == viewers_.end() ? 0 : viewers->second;
  if (const auto stored = stored_.find(name); stored != stored_.end()) {
    title.duration = stored->second->duration;
    title.problem = stored->second->problem;
    if (!problem_of_tracks(stored->second->tracks)) title.renditions = renditions_of(stored->second->tracks);
  } else {
    title.live = true;
    title.renditions = renditions_of(live_.find(name)->second->tracks());
  }
  return title;
}

void Catalogue::viewer_went(std::string_view name) {
  const auto found = viewers_.find(name);
  if (found != viewers_.end() && --found->second == 0) viewers_.erase(found);
}

}  // namespace avocet::service
