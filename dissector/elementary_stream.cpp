#include "dissector/elementary_stream.hpp"

#include <iterator>

#include "dissector/ogg_opus.hpp"
#include "protocol/media/nal.hpp"

namespace avocet::dissector {
namespace {

/// As it came: what is a byte stream already, and codecs whose frames tell where they begin.
class Plain final : public FrameFormat {
 public:
  std::string_view extension() const override { return "bin"; }
  std::string_view content_type() const override { return "application/octet-stream"; }
  void append(Bytes& out, ByteView payload, bool, std::int64_t, std::uint32_t) const override {
    out.insert(out.end(), payload.begin(), payload.end());
  }
};

/// H.264 or H.265: parameter sets before each key frame, so that playing can begin at any.
class ByteStreamFormat final : public FrameFormat {
 public:
  explicit ByteStreamFormat(const media::TrackConfig& config)
      : is_h264_(config.codec == "h264"), length_size_(media::nal_length_size(config)) {
    if (length_size_) media::append_byte_stream(sets_, media::parameter_sets(config), *length_size_);
  }
  std::string_view extension() const override { return is_h264_ ? "h264" : "hevc"; }
  std::string_view content_type() const override { return is_h264_ ? "video/H264" : "video/H265"; }
  void append(Bytes& out, ByteView payload, bool key, std::int64_t, std::uint32_t) const override {
    if (key) out.insert(out.end(), sets_.begin(), sets_.end());
    if (length_size_) {
      media::append_byte_stream(out, payload, *length_size_);
    } else {
      out.insert(out.end(), payload.begin(), payload.end());
    }
  }

 private:
  bool is_h264_;
  std::optional<std::size_t> length_size_;  // none: start codes already
  Bytes sets_;
};

/// ISO/IEC 14496-3: a header of seven bytes before each frame, made from the AudioSpecificConfig.
class Adts final : public FrameFormat {
 public:
  explicit Adts(ByteView config)
      : first_(std::to_integer<unsigned>(config[0])), second_(std::to_integer<unsigned>(config[1])) {}
  std::string_view extension() const override { return "aac"; }
  std::string_view content_type() const override { return "audio/aac"; }
  void append(Bytes& out, ByteView payload, bool, std::int64_t, std::uint32_t) const override {
    constexpr unsigned header = 7;
    const unsigned type = first_ >> 3, rate = (first_ & 7) << 1 | second_ >> 7, channels = second_ >> 3 & 15;
    const auto size = static_cast<unsigned>(payload.size()) + header;
    const unsigned bytes[header] = {0xff,
                                    0xf1,  // MPEG-4, without a checksum
                                    ((type - 1) & 3) << 6 | rate << 2 | channels >> 2,
                                    (channels & 3) << 6 | (size >> 11 & 3),
                                    size >> 3 & 0xff,
                                    (size & 7) << 5 | 0x1f,  // of a buffer whose fill nobody states
                                    0xfc};
    for (const unsigned byte : bytes) out.push_back(static_cast<std::byte>(byte));
    out.insert(out.end(), payload.begin(), payload.end());
  }

 private:
  unsigned first_, second_;
};

}  // namespace

std::unique_ptr<FrameFormat> frame_format(const wire::Track& track) {
  if (track.codec == "h264" || track.codec == "hevc")
    return std::make_unique<ByteStreamFormat>(
        media::TrackConfig{.codec = track.codec, .extradata = track.extradata});
  if (track.codec == "aac" && track.extradata.size() >= 2) return std::make_unique<Adts>(track.extradata);
  if (track.codec == "opus") return std::make_unique<OggOpus>(track);
  return std::make_unique<Plain>();
}

ElementaryStream::Change ElementaryStream::add(std::uint64_t number, bool key, std::int64_t pts,
                                               std::shared_ptr<const Bytes> payload) {
  Change change{size_, {}};
  if (frames_.empty()) format_->begin(change.bytes);
  const auto [place, fresh] = frames_.try_emplace(number, Placed{std::move(payload), key, pts, 0});
  if (!fresh) return change;
  // What comes after it in the file is written anew.
  if (const auto next = std::next(place); next != frames_.end()) change.from = next->second.at;
  auto index = static_cast<std::uint32_t>(frames_.size() - 1);
  for (auto later = std::next(place); later != frames_.end(); ++later) --index;
  for (auto frame = place; frame != frames_.end(); ++frame) {
    Placed& placed = frame->second;
    placed.at = change.from + change.bytes.size();
    if (placed.payload) format_->append(change.bytes, *placed.payload, placed.key, placed.pts, index);
    ++index;
  }
  size_ = change.from + change.bytes.size();
  return change;
}

}  // namespace avocet::dissector
