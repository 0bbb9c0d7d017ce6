#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/bytes.hpp"
#include "protocol/crypto/context.hpp"
#include "protocol/wire/service.hpp"

namespace avocet::service {

/// What is wrong with the name of a user or title, for a person; nothing when it is fine. A name is 1 to 64
/// bytes of UTF-8 that look like what they are: no control, format or combining characters (letters are
/// written composed, as in Unicode's form C), no slashes, no space at either end, no letters of scripts that
/// no language mixes, and not "." or "..".
std::optional<std::string> problem_of_name(std::string_view name);

/// At most `size` bytes of `text`, cut between characters.
std::string shortened(std::string_view text, std::size_t size);

/// Whether a user's encryption key is signed by the identity that the directory names for it. Check before
/// use: a server checks too, but could lie.
bool is_signed_by_identity(const crypto::Context&, const wire::User&);

/// What an identity signs so that others can trust the key that messages to `name` are encrypted with.
Bytes encryption_key_statement(std::string_view name, const std::array<std::byte, 32>& encryption_key);

}  // namespace avocet::service
