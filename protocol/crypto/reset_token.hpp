#pragma once

#include <array>
#include <cstddef>

#include "protocol/base/ids.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/crypto/secret.hpp"

namespace avocet::crypto {

/// Ends a Reset, and is announced beforehand to the one peer that may believe it (RFC 9000 section 10.3).
using ResetToken = Secret<16>;

/// First 16 bytes of HMAC-SHA-384(static key, connection id): a server that lost its state can still compute
/// it.
ResetToken reset_token(const Context& context, const Secret<32>& static_key, ConnectionId id);

}  // namespace avocet::crypto
