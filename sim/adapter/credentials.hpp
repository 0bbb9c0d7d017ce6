#pragma once

#include "protocol/session/config.hpp"

namespace avocet::sim {

/// Calendar time at which simulations take place; certificates are valid around it.
inline constexpr UnixTime calendar{std::chrono::seconds(1'800'000'000)};

/// Long-term keys, the same for the same seed.
session::ServerCredentials server_credentials(std::uint64_t seed);
session::ClientCredentials client_credentials(std::uint64_t seed);

}  // namespace avocet::sim
