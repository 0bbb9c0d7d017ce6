#include "protocol/wire/reader.hpp"

#include <cstring>

namespace avocet::wire {

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::none: return "none";
    case Fault::truncated: return "truncated";
    case Fault::trailing: return "trailing bytes";
    case Fault::non_canonical: return "not canonical";
    case Fault::out_of_bounds: return "out of bounds";
    case Fault::unknown_type: return "unknown type";
    case Fault::bad_text: return "not UTF-8";
    case Fault::contradiction: return "contradiction";
  }
  return "?";
}

std::uint64_t Reader::long_varint() {
  if (remaining() == 0) return fail(Fault::truncated), 0;
  const unsigned log = std::to_integer<unsigned>(bytes_[at_]) >> 6;
  const std::size_t width = std::size_t{1} << log;
  const std::uint64_t value = big_endian(width) & ((std::uint64_t{1} << (8 * width - 2)) - 1);
  // AV-ENC-2: The next shorter form has half the width; a value that fits there was padded, which would give
  // one message two encodings.
  if (ok() && log > 0 && value >> (4 * width - 2) == 0) return fail(Fault::non_canonical), 0;
  return value;
}

std::size_t Reader::take_zeros() {
  if (!ok()) return 0;
  const std::size_t from = at_;
  // A Hello is mostly padding: eight at a time.
  for (std::uint64_t word = 0; bytes_.size() - at_ >= sizeof word; at_ += sizeof word) {
    std::memcpy(&word, bytes_.data() + at_, sizeof word);
    if (word != 0) break;
  }
  while (at_ < bytes_.size() && bytes_[at_] == std::byte{0}) ++at_;
  return at_ - from;
}

}  // namespace avocet::wire
