#pragma once

#include <cstddef>
#include <optional>

#include "protocol/base/bytes.hpp"
#include "protocol/media/frame.hpp"

/// The little that Avocet must know of H.264 and H.265 streams as mp4 stores them: NAL units behind their
/// lengths, and parameter sets in a configuration record (ISO/IEC 14496-15 sections 5.3.3.1 and 8.3.3.1).
namespace avocet::media {

/// Bytes of the length before each NAL unit, 1 to 4. Empty when `config` is not a video track with such a
/// record.
std::optional<std::size_t> nal_length_size(const TrackConfig& config);

/// The track's parameter sets as a stream carries them: each behind its length. Empty when the record is
/// damaged.
Bytes parameter_sets(const TrackConfig& config);

/// Whether no other picture refers to this access unit.
bool is_discardable(const TrackConfig& config, ByteView payload);

/// NAL units behind their lengths, appended as the byte stream of H.264's annex B: behind start codes. What
/// is damaged is left out.
void append_byte_stream(Bytes& out, ByteView units, std::size_t length_size);

}  // namespace avocet::media
