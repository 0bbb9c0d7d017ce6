#pragma once

#include <string>

namespace avocet::crypto {

/// Why key material or a certificate was refused: one sentence for the person who supplied it.
struct Error {
  std::string message;
};

}  // namespace avocet::crypto
