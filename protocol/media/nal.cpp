#include "protocol/media/nal.hpp"

#include <span>

namespace avocet::media {
namespace {

/// Walks bytes; once something was missing, all that follows is zero or empty.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  ByteView take(std::size_t n) {
    if (n > rest_.size()) return failed_ = true, rest_ = {}, ByteView{};
    const auto taken = rest_.first(n);
    rest_ = rest_.subspan(n);
    return taken;
  }
  std::size_t number(std::size_t bytes) {
    std::size_t value = 0;
    for (const auto byte : take(bytes)) value = value << 8 | std::to_integer<std::size_t>(byte);
    return value;
  }
  bool done() const { return rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  ByteView rest_;
  bool failed_ = false;
};

constexpr std::size_t avc_length_at = 4, avc_sets_at = 5, hevc_length_at = 21, hevc_arrays_at = 22;

bool is_h264(const TrackConfig& config) { return config.codec == "h264"; }

void append_set(Bytes& out, Reader& reader, std::size_t length_size) {
  const auto set = reader.take(reader.number(2));
  for (std::size_t i = length_size; i-- > 0;) out.push_back(static_cast<std::byte>(set.size() >> (8 * i)));
  out.insert(out.end(), set.begin(), set.end());
}

Bytes avc_sets(Reader reader, std::size_t length_size) {
  Bytes out;
  reader.take(avc_sets_at);
  for (std::size_t n = reader.number(1) & 0x1f; n > 0 && !reader.failed(); --n)
    append_set(out, reader, length_size);
  for (std::size_t n = reader.number(1); n > 0 && !reader.failed(); --n) append_set(out, reader, length_size);
  return reader.failed() ? Bytes{} : out;
}

Bytes hevc_sets(Reader reader, std::size_t length_size) {
  Bytes out;
  reader.take(hevc_arrays_at);
  for (std::size_t arrays = reader.number(1); arrays > 0 && !reader.failed(); --arrays) {
    constexpr std::size_t sei_prefix = 39;
    const bool wanted = (reader.number(1) & 0x3f) < sei_prefix;
    Bytes ignored;
    for (std::size_t n = reader.number(2); n > 0 && !reader.failed(); --n)
      append_set(wanted ? out : ignored, reader, length_size);
  }
  return reader.failed() ? Bytes{} : out;
}

}  // namespace

std::optional<std::size_t> nal_length_size(const TrackConfig& config) {
  const auto& record = config.extradata;
  const std::size_t at = is_h264(config) ? avc_length_at : hevc_length_at;
  const bool known = is_h264(config) || config.codec == "hevc";
  // A record begins with version 1 (some HEVC writers: 0), a raw stream with a start code 0, 0, 1.
  if (!known || record.size() <= at + 1 || (record[0] == std::byte{0} && record[1] == std::byte{0}))
    return {};
  return (std::to_integer<std::size_t>(record[at]) & 3) + 1;
}

Bytes parameter_sets(const TrackConfig& config) {
  const auto length_size = nal_length_size(config);
  if (!length_size) return {};
  return is_h264(config) ? avc_sets(Reader(config.extradata), *length_size)
                         : hevc_sets(Reader(config.extradata), *length_size);
}

bool is_discardable(const TrackConfig& config, ByteView payload) {
  const auto length_size = nal_length_size(config);
  if (!length_size) return false;
  // With temporal layers a picture of a lower one may serve the higher ones whatever its type says.
  if (!is_h264(config) && (std::to_integer<unsigned>(config.extradata[hevc_length_at]) >> 3 & 7) > 1)
    return false;
  Reader reader(payload);
  bool pictures = false;
  while (!reader.done()) {
    const auto unit = reader.take(reader.number(*length_size));
    if (reader.failed() || unit.empty()) return false;
    const unsigned head = std::to_integer<unsigned>(unit[0]);
    if (is_h264(config)) {
      const unsigned type = head & 0x1f, reference = head >> 5 & 3;  // H.264 section 7.3.1
      if (type < 1 || type > 5) continue;
      if (reference != 0) return false;
    } else {
      const unsigned type = head >> 1 & 0x3f;  // H.265 table 7-1: even types below 16 are not referred to
      if (type >= 32) continue;
      if (type >= 16 || type % 2 == 1) return false;
    }
    pictures = true;
  }
  return pictures;
}

void append_byte_stream(Bytes& out, ByteView units, std::size_t length_size) {
  constexpr std::byte start_code[] = {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}};
  Reader reader(units);
  while (!reader.done()) {
    const ByteView unit = reader.take(reader.number(length_size));
    if (unit.empty()) continue;
    out.insert(out.end(), std::begin(start_code), std::end(start_code));
    out.insert(out.end(), unit.begin(), unit.end());
  }
}

}  // namespace avocet::media
