#include "protocol/service/look_alikes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "protocol/service/code_points.hpp"

namespace avocet::service {
namespace {

/// Scripts as bits. What is in no table is of a script by itself for each 128 code points: most blocks are.
enum Script : std::uint32_t {
  common = 0,
  latin = 1u << 0,
  greek = 1u << 1,
  cyrillic = 1u << 2,
  armenian = 1u << 3,
  hebrew = 1u << 4,
  arabic = 1u << 5,
  hiragana = 1u << 6,
  katakana = 1u << 7,
  han = 1u << 8,
  hangul = 1u << 9,
  bopomofo = 1u << 10,
  georgian = 1u << 11,
  cherokee = 1u << 12,
};

struct Range {
  char32_t first, last;
  Script script;
};

constexpr Range ranges[] = {
    Range{0x41, 0x5a, latin},        Range{0x61, 0x7a, latin},        Range{0xaa, 0xaa, latin},
    Range{0xba, 0xba, latin},        Range{0xc0, 0xd6, latin},        Range{0xd8, 0xf6, latin},
    Range{0xf8, 0x2b8, latin},       Range{0x370, 0x373, greek},      Range{0x376, 0x377, greek},
    Range{0x37b, 0x37d, greek},      Range{0x37f, 0x37f, greek},      Range{0x386, 0x386, greek},
    Range{0x388, 0x3e1, greek},      Range{0x3f0, 0x3ff, greek},      Range{0x400, 0x52f, cyrillic},
    Range{0x531, 0x58a, armenian},   Range{0x591, 0x5f4, hebrew},     Range{0x600, 0x65f, arabic},
    Range{0x66a, 0x6ef, arabic},     Range{0x6fa, 0x6ff, arabic},     Range{0x750, 0x77f, arabic},
    Range{0x8a0, 0x8ff, arabic},     Range{0x10a0, 0x10ff, georgian}, Range{0x1100, 0x11ff, hangul},
    Range{0x13a0, 0x13ff, cherokee}, Range{0x1c80, 0x1c8f, cyrillic}, Range{0x1c90, 0x1cbf, georgian},
    Range{0x1d00, 0x1d25, latin},    Range{0x1d6b, 0x1d77, latin},    Range{0x1e00, 0x1eff, latin},
    Range{0x1f00, 0x1fff, greek},    Range{0x2c60, 0x2c7f, latin},    Range{0x2de0, 0x2dff, cyrillic},
    Range{0x3005, 0x3007, han},      Range{0x3041, 0x309f, hiragana}, Range{0x30a1, 0x30fa, katakana},
    Range{0x30fd, 0x30ff, katakana}, Range{0x3105, 0x312f, bopomofo}, Range{0x3131, 0x318e, hangul},
    Range{0x31f0, 0x31ff, katakana}, Range{0x3400, 0x4dbf, han},      Range{0x4e00, 0x9fff, han},
    Range{0xa640, 0xa69f, cyrillic}, Range{0xa722, 0xa7ff, latin},    Range{0xa960, 0xa97f, hangul},
    Range{0xab30, 0xab6f, latin},    Range{0xab70, 0xabbf, cherokee}, Range{0xac00, 0xd7ff, hangul},
    Range{0xf900, 0xfaff, han},      Range{0xfb00, 0xfb06, latin},    Range{0xfb13, 0xfb17, armenian},
    Range{0xfb1d, 0xfb4f, hebrew},   Range{0xfb50, 0xfdff, arabic},   Range{0xfe70, 0xfefc, arabic},
    Range{0xff21, 0xff3a, latin},    Range{0xff41, 0xff5a, latin},    Range{0xff66, 0xff9d, katakana},
    Range{0x20000, 0x323af, han},
};
static_assert(std::ranges::is_sorted(ranges, {}, &Range::first));

/// Digits, punctuation, symbols and pictures, which go with any script.
bool is_common(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return first <= c && c <= last; };
  return within(0, 0x40) || within(0x5b, 0x60) || within(0x7b, 0xbf) || c == 0xd7 || c == 0xf7 ||
         within(0x2b9, 0x2df) || within(0x660, 0x669) || within(0x6f0, 0x6f9) || within(0x2000, 0x2bff) ||
         within(0x3000, 0x3004) || within(0x3008, 0x3020) || within(0x3030, 0x303f) || c == 0x30fb ||
         c == 0x30fc || within(0xfe10, 0xfe6f) || within(0xff01, 0xff20) || within(0xff5b, 0xff65) ||
         within(0x1d400, 0x1d7ff) || within(0x1f000, 0x1faff);
}

struct LookAlike {
  char32_t c;
  std::string_view like;
};

/// By code point; "l" stands for I, l and 1, "O" for zero.
constexpr std::array look_alikes{
    LookAlike{U'0', "O"},   LookAlike{U'1', "l"},   LookAlike{U'I', "l"},   LookAlike{U'm', "rn"},
    LookAlike{U'|', "l"},   LookAlike{0x131, "i"},  LookAlike{0x1c0, "l"},  LookAlike{0x251, "a"},
    LookAlike{0x261, "g"},  LookAlike{0x263, "y"},  LookAlike{0x269, "i"},  LookAlike{0x26a, "i"},
    LookAlike{0x28b, "u"},  LookAlike{0x28f, "y"},  LookAlike{0x391, "A"},  LookAlike{0x392, "B"},
    LookAlike{0x395, "E"},  LookAlike{0x396, "Z"},  LookAlike{0x397, "H"},  LookAlike{0x399, "l"},
    LookAlike{0x39a, "K"},  LookAlike{0x39c, "M"},  LookAlike{0x39d, "N"},  LookAlike{0x39f, "O"},
    LookAlike{0x3a1, "P"},  LookAlike{0x3a4, "T"},  LookAlike{0x3a5, "Y"},  LookAlike{0x3a7, "X"},
    LookAlike{0x3b1, "a"},  LookAlike{0x3b3, "y"},  LookAlike{0x3b9, "i"},  LookAlike{0x3bd, "v"},
    LookAlike{0x3bf, "o"},  LookAlike{0x3c1, "p"},  LookAlike{0x3c3, "o"},  LookAlike{0x3c5, "u"},
    LookAlike{0x3f2, "c"},  LookAlike{0x3f3, "j"},  LookAlike{0x3f9, "C"},  LookAlike{0x405, "S"},
    LookAlike{0x406, "l"},  LookAlike{0x408, "J"},  LookAlike{0x410, "A"},  LookAlike{0x412, "B"},
    LookAlike{0x415, "E"},  LookAlike{0x41a, "K"},  LookAlike{0x41c, "M"},  LookAlike{0x41d, "H"},
    LookAlike{0x41e, "O"},  LookAlike{0x420, "P"},  LookAlike{0x421, "C"},  LookAlike{0x422, "T"},
    LookAlike{0x423, "Y"},  LookAlike{0x425, "X"},  LookAlike{0x430, "a"},  LookAlike{0x433, "r"},
    LookAlike{0x435, "e"},  LookAlike{0x43e, "o"},  LookAlike{0x440, "p"},  LookAlike{0x441, "c"},
    LookAlike{0x443, "y"},  LookAlike{0x445, "x"},  LookAlike{0x455, "s"},  LookAlike{0x456, "i"},
    LookAlike{0x458, "j"},  LookAlike{0x475, "v"},  LookAlike{0x4ae, "Y"},  LookAlike{0x4af, "y"},
    LookAlike{0x4bb, "h"},  LookAlike{0x4c0, "l"},  LookAlike{0x4cf, "i"},  LookAlike{0x501, "d"},
    LookAlike{0x50c, "G"},  LookAlike{0x51b, "q"},  LookAlike{0x51c, "W"},  LookAlike{0x51d, "w"},
    LookAlike{0x54d, "U"},  LookAlike{0x54f, "S"},  LookAlike{0x555, "O"},  LookAlike{0x566, "q"},
    LookAlike{0x570, "h"},  LookAlike{0x578, "n"},  LookAlike{0x57c, "n"},  LookAlike{0x57d, "u"},
    LookAlike{0x581, "g"},  LookAlike{0x584, "f"},  LookAlike{0x585, "o"},  LookAlike{0x5d5, "l"},
    LookAlike{0x5d8, "v"},  LookAlike{0x5df, "l"},  LookAlike{0x5e1, "o"},  LookAlike{0x627, "l"},
    LookAlike{0x647, "o"},  LookAlike{0x661, "l"},  LookAlike{0x665, "o"},  LookAlike{0x6f1, "l"},
    LookAlike{0x6f5, "o"},  LookAlike{0x13a0, "D"}, LookAlike{0x13a1, "R"}, LookAlike{0x13a2, "T"},
    LookAlike{0x13aa, "A"}, LookAlike{0x13ab, "J"}, LookAlike{0x13ac, "E"}, LookAlike{0x13b3, "W"},
    LookAlike{0x13b7, "M"}, LookAlike{0x13bb, "H"}, LookAlike{0x13c3, "Z"}, LookAlike{0x13da, "S"},
    LookAlike{0x13de, "L"}, LookAlike{0x13df, "C"}, LookAlike{0x13e2, "P"}, LookAlike{0x13e6, "K"},
    LookAlike{0x2010, "-"}, LookAlike{0x2011, "-"}, LookAlike{0x2012, "-"}, LookAlike{0x2013, "-"},
    LookAlike{0x2018, "'"}, LookAlike{0x2019, "'"}, LookAlike{0x2160, "l"}, LookAlike{0x2164, "V"},
    LookAlike{0x2169, "X"}, LookAlike{0x216c, "L"}, LookAlike{0x2170, "i"}, LookAlike{0x217c, "l"},
    LookAlike{0x2212, "-"}, LookAlike{0x3007, "O"},
};
static_assert(std::ranges::is_sorted(look_alikes, {}, &LookAlike::c));

/// Letters that exist twice for the sake of other encodings: full width, and mathematical alphabets.
char32_t plain(char32_t c) {
  if (0xff01 <= c && c <= 0xff5e) return c - 0xff01 + U'!';
  if (c == 0xa0 || (0x2000 <= c && c <= 0x200a) || c == 0x202f || c == 0x3000) return U' ';
  constexpr char32_t first = 0x1d400, letters_end = 0x1d6a4, digits = 0x1d7ce, end = 0x1d800;
  if (first <= c && c < letters_end) {
    const char32_t letter = (c - first) % 52;
    return letter < 26 ? U'A' + letter : U'a' + (letter - 26);
  }
  return digits <= c && c < end ? U'0' + (c - digits) % 10 : c;
}

void append(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) return put(0xc0 | c >> 6), put(0x80 | (c & 0x3f));
  if (c < 0x10000) return put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 0x3f)), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
}

}  // namespace

bool mixes_scripts(std::string_view name) {
  constexpr std::array<std::uint32_t, 3> together{latin | han | hiragana | katakana, latin | han | bopomofo,
                                                  latin | han | hangul};
  std::uint32_t known = 0;
  char32_t unknown = 0;
  bool several = false;
  while (!name.empty()) {
    const char32_t c = take_code_point(name);
    if (is_common(c)) continue;
    const auto after = std::ranges::upper_bound(ranges, c, {}, &Range::first);
    if (after != std::begin(ranges) && c <= (after - 1)->last) {
      known |= (after - 1)->script;
    } else {
      const char32_t block = (c >> 7) + 1;
      several |= unknown != 0 && unknown != block;
      unknown = block;
    }
  }
  if (unknown != 0) return several || known != 0;
  const bool one = (known & (known - 1)) == 0;
  return !one && std::ranges::none_of(together, [known](std::uint32_t set) { return (known & ~set) == 0; });
}

std::string skeleton(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const char32_t c = plain(take_code_point(name));
    const auto found = std::ranges::lower_bound(look_alikes, c, {}, &LookAlike::c);
    if (found != look_alikes.end() && found->c == c) {
      // What it stands for may itself look like something: M of the table is a capital, m is not.
      for (const char letter : found->like) out += letter;
    } else {
      append(out, c);
    }
  }
  return out;
}

}  // namespace avocet::service
