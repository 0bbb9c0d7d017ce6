#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/base/bytes.hpp"

namespace avocet::wire {

enum class Fault : std::uint8_t {
  none,
  truncated,      ///< the bytes end inside a field
  trailing,       ///< bytes are left after the last field
  non_canonical,  ///< a varint longer than it need be, or reserved bits that are set
  out_of_bounds,  ///< a value or count above what the field allows
  unknown_type,   ///< no such frame or message
  bad_text,       ///< not UTF-8
  contradiction,  ///< the fields are fine each, but not together
};
std::string_view to_string(Fault);

/// Why bytes were refused, and where.
struct DecodeError {
  Fault fault = Fault::none;
  std::string_view field;  ///< name in the wire declaration; static storage
  std::size_t offset = 0;  ///< of the first byte of that field
  bool operator==(const DecodeError&) const = default;
};

/// Takes values off the front of a view. The first fault sticks: every later read yields zero and moves
/// nothing, so that a decoder reads straight through and asks once.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  std::uint64_t big_endian(std::size_t width);  ///< `width` of 1..8 bytes
  std::uint64_t varint();                       ///< RFC 9000 section 16, in its shortest form only
  ByteView take(std::size_t n);
  ByteView take_rest() { return take(remaining()); }
  std::size_t take_zeros();  ///< skips zero bytes, returns how many

  void fail(Fault fault);
  void enter(std::string_view field);  ///< names what is read next, for the error

  bool ok() const { return error_.fault == Fault::none; }
  const DecodeError& error() const { return error_; }
  std::size_t remaining() const { return ok() ? bytes_.size() - at_ : 0; }
  std::size_t position() const { return at_; }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  std::string_view field_;
  std::size_t field_at_ = 0;
  DecodeError error_;
};

}  // namespace avocet::wire
