#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "protocol/base/bytes.hpp"

namespace avocet::state {

/// What went wrong, with which file; for a person.
template <class T>
using Result = std::expected<T, std::string>;

Result<Bytes> read_file(const std::filesystem::path& file);
/// Replaces the file as a whole, or leaves the old one: nobody ever reads half of it. `secret` files are for
/// their owner only from the first moment. Folders are made as needed, for the owner only.
Result<void> write_file(const std::filesystem::path& file, ByteView content, bool secret = false);

/// Where a program keeps what must survive a restart, unless told otherwise:
/// $XDG_STATE_HOME/avocet/<program>, or below
/// ~/.local/state.
std::filesystem::path default_folder(const std::string& program);

}  // namespace avocet::state
