#pragma once

#include <filesystem>

#include "endpoints/state/files.hpp"
#include "protocol/session/listener_keys.hpp"

namespace avocet::state {

/// The secrets of a server that outlive it, from `folder`/reset.key; made on the first start, readable by the
/// owner only.
Result<session::ListenerKeys> load_or_make_listener_keys(const std::filesystem::path& folder, const Entropy&);

}  // namespace avocet::state
