#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "endpoints/codec/error.hpp"
#include "protocol/media/frame.hpp"

namespace avocet::codec {

/// Stores received frames without re-encoding: one video track, whatever its rendition, and the audio. The
/// file begins at time zero with the first video key frame given. Until the rendition first changes every
/// video packet is the frame's payload, byte for byte; from then on each key frame is preceded by its
/// rendition's parameter sets, so that players follow the change and can seek. About once a second everything
/// so far is on its way to the disk, so that a killed process loses a second and no more.
class Recorder {
 public:
  /// `file` ends in .mkv or .mp4; what is there is replaced. `tracks` is the title's list; frames are given
  /// by their index in it.
  static Result<Recorder> open(std::filesystem::path file, std::vector<media::TrackConfig> tracks);
  ~Recorder();  ///< closes
  Recorder(Recorder&&) noexcept;
  Recorder& operator=(Recorder&&) noexcept;

  /// Frames of a kind in decode order, as they are played. Video before the first key frame, and audio that
  /// ends before the recording begins, is left out. After an error nothing more is written.
  Result<void> write(std::size_t track, const media::Frame&);
  /// What follows comes from elsewhere in the title (a seek). The recording goes on with the next video key
  /// frame, right after the last picture written.
  void cut();
  /// Completes the file. Further calls do nothing. A recording without a video frame leaves no file.
  Result<void> close();

  std::uint64_t video_frames() const;
  std::uint64_t audio_frames() const;
  /// Times that the rendition changed within the file.
  std::uint64_t switches() const;

 private:
  struct State;
  explicit Recorder(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace avocet::codec
