#pragma once

#include <cstddef>

namespace avocet::analysis {

struct TerminalSize {
  std::size_t rows = 24, columns = 80;
};

/// Of the terminal that the standard output is, or as if it were a usual one.
TerminalSize terminal_size();

/// How wide text is to be there: as the terminal, as the variable COLUMNS says, or 100 columns in a file or a
/// pipe. Never so narrow that nothing fits, nor wider than one reads with ease.
std::size_t text_width();

}  // namespace avocet::analysis
