#include "protocol/service/directory.hpp"

namespace avocet::service {
namespace {

// Bounds of one message in the wire declaration of Directory.
constexpr std::size_t most_present = 24, most_left = 256;

}  // namespace

void Directory::enter(wire::User user) {
  std::string name = user.name;
  changes_[name] = true;
  users_.insert_or_assign(std::move(name), std::move(user));
}

void Directory::leave(std::string_view name) {
  const auto found = users_.find(name);
  if (found == users_.end()) return;
  changes_[found->first] = false;
  users_.erase(found);
}

Directory::Page Directory::page(const std::optional<std::string>& after) const {
  Page page;
  page.message.complete = !after;
  auto next = after ? users_.upper_bound(*after) : users_.begin();
  for (; next != users_.end() && page.message.present.size() < most_present; ++next) {
    page.message.present.push_back(next->second);
  }
  if (next != users_.end()) page.cursor = page.message.present.back().name;
  return page;
}

std::vector<SharedBytes> Directory::take_changes() {
  std::vector<SharedBytes> messages;
  wire::Directory message;
  const auto finish = [&] {
    messages.push_back(std::make_shared<const Bytes>(wire::frame_message(message)));
    message = {};
  };
  for (const auto& [name, here] : changes_) {
    if (here) {
      message.present.push_back(users_.find(name)->second);
    } else {
      message.left.push_back(name);
    }
    if (message.present.size() == most_present || message.left.size() == most_left) finish();
  }
  if (!message.present.empty() || !message.left.empty()) finish();
  changes_.clear();
  return messages;
}

}  // namespace avocet::service
