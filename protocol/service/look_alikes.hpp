#pragma once

#include <string>
#include <string_view>

namespace avocet::service {

/// Names that look like others, after Unicode Technical Standard 39. The tables are small ones of our own,
/// taken from Scripts.txt and confusables.txt of Unicode 15.0: what can pass for Latin letters, in the
/// scripts that have most of it. Both take well-formed UTF-8.

/// True when the letters are of scripts that no language writes together (UTS 39 section 5.2, "highly
/// restrictive"): all of one script, or Latin with those of Chinese, Japanese or Korean.
bool mixes_scripts(std::string_view name);

/// What a name looks like (UTS 39 section 4): two that have the same skeleton cannot be told apart by eye.
/// For comparing only, never to be shown.
std::string skeleton(std::string_view name);

}  // namespace avocet::service
