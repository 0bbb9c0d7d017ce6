#include "endpoints/state/listener_keys.hpp"

#include <fmt/format.h>

namespace avocet::state {

Result<session::ListenerKeys> load_or_make_listener_keys(const std::filesystem::path& folder,
                                                         const Entropy& entropy) {
  const auto file = folder / "reset.key";
  session::ListenerKeys keys = session::ListenerKeys::make(entropy);
  if (!std::filesystem::exists(file)) {
    if (auto saved = write_file(file, keys.reset, true); !saved) return std::unexpected(saved.error());
    return keys;
  }
  auto held = read_file(file);
  if (!held) return std::unexpected(held.error());
  if (held->size() != keys.reset.size) {
    return std::unexpected(
        fmt::format("{} is damaged: remove it, and the server makes a new one", file.string()));
  }
  std::ranges::copy(*held, keys.reset.bytes().begin());
  crypto::wipe(*held);
  return keys;
}

}  // namespace avocet::state
