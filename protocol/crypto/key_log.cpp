#include "protocol/crypto/key_log.hpp"

namespace avocet::crypto {

std::string key_log_line(std::string_view label, ByteView client_random, ByteView value) {
  return std::string(label) + ' ' + to_hex(client_random) + ' ' + to_hex(value);
}

std::string key_log_line(std::string_view label, std::uint64_t generation, ByteView client_random,
                         ByteView value) {
  return key_log_line(std::string(label) + std::to_string(generation), client_random, value);
}

}  // namespace avocet::crypto
