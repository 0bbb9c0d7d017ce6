#pragma once

#include <string_view>

namespace avocet::wire {

/// True for well-formed UTF-8 (RFC 3629): no overlong forms, surrogates, or code points past U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace avocet::wire
