#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace avocet::analysis {

/// The line, with what is beyond `width` columns on further lines that begin with `indent` blanks; broken at
/// blanks only, so that a word wider than that stays whole, and not between a number and its unit. Ends with
/// a line feed.
std::string folded(std::string_view line, std::size_t width, std::size_t indent);

/// All lines, each going on two columns to the right of where it begins.
std::string folded_lines(std::string_view text, std::size_t width);

}  // namespace avocet::analysis
