#include "analysis/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace avocet::analysis {
namespace {

std::optional<std::size_t> told_columns() {
  const char* told = std::getenv("COLUMNS");
  std::size_t columns = 0;
  if (told == nullptr || std::from_chars(told, told + std::strlen(told), columns).ec != std::errc())
    return std::nullopt;
  return columns;
}

}  // namespace

TerminalSize terminal_size() {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0;
  return known ? TerminalSize{size.ws_row, size.ws_col} : TerminalSize{};
}

std::size_t text_width() {
  constexpr std::size_t least = 60, most = 120, elsewhere = 100;
  const std::size_t columns =
      isatty(STDOUT_FILENO) == 1 ? terminal_size().columns : told_columns().value_or(elsewhere);
  return std::clamp(columns, least, most);
}

}  // namespace avocet::analysis
