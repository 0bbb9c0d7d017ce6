#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace avocet {

using ByteView = std::span<const std::byte>;
using ByteSpan = std::span<std::byte>;
using Bytes = std::vector<std::byte>;
/// Immutable bytes with shared ownership: a frame is encoded once and sent to many.
using SharedBytes = std::shared_ptr<const Bytes>;

inline ByteView as_bytes(std::string_view s) { return std::as_bytes(std::span(s)); }
inline std::string_view as_text(ByteView b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);
/// The inverse; white space is skipped. Empty when `hex` is not hexadecimal.
Bytes from_hex(std::string_view hex);

}  // namespace avocet
