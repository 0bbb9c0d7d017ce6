#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace avocet::codec {

/// What kind of trouble it is, for code that must tell cases apart; people read the text.
enum class Fault : std::uint8_t {
  bad_name,           ///< not a clip name (see names.hpp)
  unknown_title,      ///< no file of that name in the library
  missing_rendition,  ///< some renditions of the title are there, not all
  misaligned,         ///< the renditions' key frames differ
  unreadable,         ///< a source or library file cannot be opened, read or decoded
  unwritable,         ///< an output cannot be created or written
  exists,             ///< the output is already there
  unsupported,        ///< readable, but not something that Avocet carries
  stopped,            ///< the caller's stop flag was raised
};

/// The only error of this room: nothing throws across its border.
struct Error {
  Fault fault = Fault::unreadable;
  std::string reason;  ///< what happened, to which file
  std::string remedy;  ///< what to do next; may be empty
  std::string message() const { return remedy.empty() ? reason : reason + "; " + remedy; }
};

template <class T>
using Result = std::expected<T, Error>;

}  // namespace avocet::codec
