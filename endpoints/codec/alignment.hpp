#pragma once

#include <string>

#include "endpoints/codec/error.hpp"
#include "endpoints/codec/sample_index.hpp"

namespace avocet::codec {

/// Whether two renditions can be switched at every key frame: as many frames, key frames at the same numbers
/// and instants. The names are those of the files; the error says where they first differ.
Result<void> check_alignment(const std::string& base_name, const TrackIndex& base, const std::string& name,
                             const TrackIndex& other);

}  // namespace avocet::codec
