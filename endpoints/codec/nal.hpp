#pragma once

#include <cstddef>
#include <optional>

#include "protocol/base/bytes.hpp"
#include "protocol/media/frame.hpp"

/// The little that Avocet must know of H.264 and H.265 streams as mp4 stores them: NAL units behind their
/// lengths, and parameter sets in a configuration record (ISO/IEC 14496-15 sections 5.3.3.1 and 8.3.3.1).
namespace avocet::codec {

/// Bytes of the length before each NAL unit, 1 to 4. Empty when `config` is not a video track with such a
/// record.
std::optional<std::size_t> nal_length_size(const media::TrackConfig& config);

/// The track's parameter sets as a stream carries them: each behind its length. Empty when the record is
/// damaged.
Bytes parameter_sets(const media::TrackConfig& config);

/// Whether no other picture refers to this access unit.
bool is_discardable(const media::TrackConfig& config, ByteView payload);

}  // namespace avocet::codec
