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

  /// `width` of 1..8 bytes.
  std::uint64_t big_endian(std::size_t width) {
    std::uint64_t value = 0;
    for (std::byte b : take(width)) value = value << 8 | std::to_integer<std::uint64_t>(b);
    return value;
  }
  /// RFC 9000 section 16, in its shortest form only.
  std::uint64_t varint() {
    constexpr std::byte longer{0xc0};
    if (remaining() == 0 || (bytes_[at_] & longer) != std::byte{0}) return long_varint();
    return std::to_integer<std::uint64_t>(bytes_[at_++]);
  }
  ByteView take(std::size_t n) {
    if (!ok()) return {};
    if (n > bytes_.size() - at_) return fail(Fault::truncated), ByteView{};
    const ByteView taken = bytes_.subspan(at_, n);
    at_ += n;
    return taken;
  }
  ByteView take_rest() { return take(remaining()); }
  std::size_t take_zeros();  ///< skips zero bytes, returns how many

  void fail(Fault fault) {
    if (ok()) error_ = {fault, field_, field_at_};
  }
  /// Names what is read next, for the error.
  void enter(std::string_view field) {
    if (!ok()) return;
    field_ = field;
    field_at_ = at_;
  }

  bool ok() const { return error_.fault == Fault::none; }
  const DecodeError& error() const { return error_; }
  std::size_t remaining() const { return ok() ? bytes_.size() - at_ : 0; }
  std::size_t position() const { return at_; }

 private:
  std::uint64_t long_varint();

  ByteView bytes_;
  std::size_t at_ = 0;
  std::string_view field_;
  std::size_t field_at_ = 0;
  DecodeError error_;
};

}  // namespace avocet::wire
