#pragma once

#include <filesystem>

#include "endpoints/state/files.hpp"
#include "protocol/session/config.hpp"

namespace avocet::state {

/// A server's keys and certificate from two PEM files.
Result<session::ServerCredentials> load_server(const std::filesystem::path& certificate,
                                               const std::filesystem::path& key, const Entropy&);
/// The same from the state folder; on the first start they are made: an Ed25519 key and a self-signed
/// certificate for ten years.
Result<session::ServerCredentials> load_or_make_server(const std::filesystem::path& folder, const Entropy&,
                                                       UnixTime now);

/// A client's identity, made on the first start. Trust is left to the caller.
Result<session::ClientCredentials> load_or_make_client(const std::filesystem::path& folder, const Entropy&);

}  // namespace avocet::state
