#include "endpoints/codec/names.hpp"

#include <gtest/gtest.h>

namespace avocet::codec {
namespace {

TEST(Names, ClipNamesAreNeverPaths) {
  for (const auto* good : {"a", "big-buck_bunny.2008", "A1", "-", "a..b"})
    EXPECT_TRUE(is_clip_name(good)) << good;
  for (const auto* bad :
       {"", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a b", "a\n", "\xc3\xa4", "a:b", "~", "a%2f"})
    EXPECT_FALSE(is_clip_name(bad)) << bad;
  EXPECT_TRUE(is_clip_name(std::string(64, 'a')));
  EXPECT_FALSE(is_clip_name(std::string(65, 'a')));
  EXPECT_FALSE(is_clip_name(std::string_view("a\0b", 3)));
}

TEST(Names, TheErrorShowsTheNameWithoutItsControlCharacters) {
  const auto checked = check_clip_name("../\x1b[31mx");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().fault, Fault::bad_name);
  EXPECT_EQ(checked.error().reason, "'../?[31mx' is not a clip name");
}

TEST(Names, RenditionsAreHeights) {
  EXPECT_EQ(rendition_height("720p"), 720);
  EXPECT_EQ(rendition_height("4320p"), 4320);
  for (const auto* bad : {"", "p", "720", "0720p", "-720p", "720i", "8p", "99999p", "7a0p", "720pp"})
    EXPECT_FALSE(rendition_height(bad)) << bad;
}

TEST(Names, FilesAreClipAndRendition) {
  EXPECT_EQ(file_name("clip", "720p"), "clip_720p.mp4");
  const auto file = parse_file_name("my_720p_clip_1440p.mp4");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->clip, "my_720p_clip");
  EXPECT_EQ(file->rendition, "1440p");
  for (const auto* bad :
       {"clip.mp4", "clip_720p.mkv", "_720p.mp4", ".clip_720p.mp4", ".clip_720p.mp4.12.part", "clip_.mp4"})
    EXPECT_FALSE(parse_file_name(bad)) << bad;
}

TEST(Names, ANameIsSuggestedForEverySource) {
  EXPECT_EQ(suggest_clip_name("/videos/My Holiday (2).final.mov"), "My-Holiday-2-.final");
  EXPECT_EQ(suggest_clip_name("clip.mp4"), "clip");
  EXPECT_EQ(suggest_clip_name(".mkv"), "mkv");
  EXPECT_EQ(suggest_clip_name("\xe6\x98\xa0.mp4"), "clip");
  EXPECT_EQ(suggest_clip_name(""), "clip");
  for (const auto& source :
       {std::string("a/b/"), std::string("rtmp://host/live?x=1"), std::string("...."), std::string(300, 'x')})
    EXPECT_TRUE(is_clip_name(suggest_clip_name(source))) << source;
}

}  // namespace
}  // namespace avocet::codec
