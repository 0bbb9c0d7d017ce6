#include "protocol/service/registry.hpp"

#include <algorithm>

#include "protocol/service/look_alikes.hpp"

namespace avocet::service {

using enum wire::RefusalCode;

void Registry::take(shard::Arrive&& arrive, Orders& orders) {
  const auto& [place, user] = arrive;
  if (auto refusal = problem_of(arrive)) {
    return orders.push_back({place.shard, shard::Denied{place.session, {}, std::move(*refusal)}}), void();
  }
  const auto older = users_.find(user.name);
  const bool superseded = older != users_.end();
  if (superseded) {  // AV-SVC-13
    const Place ghost = older->second.place;
    orders.push_back({ghost.shard, shard::Supersede{ghost.session, user.name}});
  }
  std::string name = user.name;
  users_.insert_or_assign(name, User{place, user.public_key, skeleton(name)});
  // The others' state goes first, so that whoever is admitted finds itself in the directory.
  orders.push_back({{}, shard::UserCame{std::move(arrive.user)}});
  orders.push_back({place.shard, shard::Admitted{place.session, std::move(name), superseded}});
}

std::optional<Refusal> Registry::problem_of(const shard::Arrive& arrive) const {
  const wire::User& user = arrive.user;
  const auto holder = users_.find(user.name);
  if (holder != users_.end() && holder->second.key != user.public_key) {  // AV-SVC-13
    return Refusal{name_taken, "somebody else is here as \"" + user.name + "\"", "choose another name"};
  }
  const std::string looks = skeleton(user.name);
  const auto alike = std::ranges::find_if(users_, [&](const auto& other) {  // AV-SVC-34
    return other.second.looks == looks && other.second.key != user.public_key;
  });
  if (alike != users_.end()) {
    return Refusal{name_taken, "\"" + user.name + "\" looks like \"" + alike->first + "\", who is here",
                   "choose another name"};
  }
  if (holder == users_.end() && users_.size() >= limits_.users) {
    return Refusal{limit, "the server is full", "try again later"};
  }
  return std::nullopt;
}

void Registry::take(const shard::Depart& depart, Orders& orders) {
  const auto found = users_.find(depart.name);
  if (found == users_.end() || found->second.place != depart.place) return;  // denied, or superseded
  users_.erase(found);
  orders.push_back({{}, shard::UserWent{depart.name}});
}

void Registry::take(shard::Offer&& offer, Orders& orders) {
  const Place& publisher = offer.source.publisher;
  if (auto refusal = problem_of(offer)) {
    return orders.push_back({publisher.shard, shard::Denied{publisher.session, offer.source.publication,
                                                            std::move(*refusal)}}),
           void();
  }
  titles_.emplace(offer.title, offer.source);
  orders.push_back({{},
                    shard::TitleOpened{offer.source, std::move(offer.title), std::move(offer.user),
                                       std::move(offer.tracks)}});
}

std::optional<Refusal> Registry::problem_of(const shard::Offer& offer) const {
  if (titles_.contains(offer.title)) {
    return Refusal{title_taken, "there is a title \"" + offer.title + "\" already", "choose another title"};
  }
  const auto alike = std::ranges::find(titles_, skeleton(offer.title),  // AV-SVC-34
                                       [](const auto& title) { return skeleton(title.first); });
  if (alike != titles_.end()) {
    return Refusal{title_taken, "\"" + offer.title + "\" looks like the title \"" + alike->first + "\"",
                   "choose another title"};
  }
  if (titles_.size() >= limits_.live_titles) {
    return Refusal{limit, "no more titles can be published", "stop another one first"};
  }
  return std::nullopt;
}

void Registry::take(shard::Withdraw&& withdraw, Orders& orders) {
  const auto found = titles_.find(withdraw.title);
  if (found == titles_.end() || found->second != withdraw.source) return;  // denied
  titles_.erase(found);
  orders.push_back({{}, shard::TitleClosed{withdraw.source, std::move(withdraw.reason)}});
}

}  // namespace avocet::service
