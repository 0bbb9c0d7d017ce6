#pragma once

#include <string_view>

/// Files that a page carries inside. Their text is put into the program when it is built.
namespace avocet::report::assets {

extern const std::string_view dygraph_js, synchronizer_js, dygraph_css;  ///< dygraphs, MIT license
extern const std::string_view page_js, page_css;

}  // namespace avocet::report::assets
