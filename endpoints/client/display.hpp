#pragma once

#include <expected>
#include <string>
#include <utility>

namespace avocet::client {

/// SDL with a screen to show windows on.
class Display {
 public:
  /// The error says why there is none.
  static std::expected<Display, std::string> open();
  Display(Display&& other) noexcept : open_(std::exchange(other.open_, false)) {}
  Display& operator=(Display&&) = delete;
  ~Display();

 private:
  Display() = default;
  bool open_ = true;
};

}  // namespace avocet::client
