#include "endpoints/codec/library.hpp"

#include <gtest/gtest.h>

#include "endpoints/codec/segment_cache.hpp"
#include "tests/unit/codec/clips.hpp"

namespace avocet::codec::test {
namespace {

/// A rendition made by hand with one of FFmpeg's encoders.
std::string hand_made(const Folder& folder, const std::string& rendition, const std::string& options,
                      const std::string& seconds = "2") {
  const auto file = folder / ("hand_" + rendition + ".mp4");
  EXPECT_EQ(
      run_ffmpeg("-f lavfi -i testsrc2=s=128x96:r=30:d=" + seconds + " " + fast + " " + options + " " + file),
      "");
  return file;
}
const LibrarySettings two{{"48p", "96p"}};

void expect_same_frames(const Title& title, std::size_t track, const std::vector<Packet>& packets) {
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < title.segments(); ++i) {
    const auto segment = title.segment(track, i);
    ASSERT_TRUE(segment) << segment.error().message();
    EXPECT_EQ((*segment)->index, i);
    EXPECT_EQ(title.first_frame(track, i).value, at);
    for (const auto& frame : (*segment)->frames) {
      ASSERT_LT(at, packets.size());
      EXPECT_EQ(frame.number.value, at);
      EXPECT_EQ(frame.pts, packets[at].pts);
      EXPECT_EQ(frame.pts - frame.reorder, packets[at].dts);
      EXPECT_EQ(frame.key, packets[at].key);
      EXPECT_EQ(*frame.payload, packets[at].data);
      EXPECT_EQ(frame.end_of_track, ++at == packets.size());
    }
  }
  EXPECT_EQ(at, packets.size());
  EXPECT_EQ(title.first_frame(track, title.segments()).value, at);
}

TEST(Library, FramesAreTheBytesOfTheFiles) {
  ClipLibrary clip;
  const auto title = clip.open();
  ASSERT_TRUE(title);
  expect_same_frames(*title, 0, read_packets(clip.folder / "clip_48p.mp4"));
  expect_same_frames(*title, 2, read_packets(clip.folder / "clip_144p.mp4"));
  expect_same_frames(*title, 3, read_packets(clip.folder / "clip_48p.mp4", AVMEDIA_TYPE_AUDIO));
}

TEST(Library, ATitleTellsItsTracksAndTimes) {
  ClipLibrary clip;
  const auto title = clip.open();
  ASSERT_TRUE(title);
  ASSERT_EQ(title->tracks().size(), 4u);
  EXPECT_EQ(title->video_tracks(), 3u);
  EXPECT_EQ(title->tracks()[1].rendition, "96p");
  EXPECT_EQ(title->tracks()[1].codec, "h264");
  EXPECT_EQ(title->tracks()[1].width, 170);
  EXPECT_EQ(title->tracks()[1].height, 96);
  EXPECT_GT(title->tracks()[1].bitrate, 10'000u);
  EXPECT_EQ(title->tracks()[3].kind, media::Kind::audio);
  EXPECT_EQ(title->duration(), 2s);
  EXPECT_EQ(title->segments(), 4u);
  EXPECT_EQ(title->segment_start(3), 1500ms);
  EXPECT_EQ(title->segment_start(4), 2s);
  EXPECT_EQ(title->segment_at(-1s), 0u);
  EXPECT_EQ(title->segment_at(499ms), 0u);
  EXPECT_EQ(title->segment_at(500ms), 1u);
  EXPECT_EQ(title->segment_at(1h), 3u);
}

TEST(Library, SoundBelongsToTheSegmentInWhichItBegins) {
  ClipLibrary clip;
  const auto title = clip.open();
  ASSERT_TRUE(title);
  for (std::uint32_t i = 0; i < title->segments(); ++i)
    for (const auto& frame : frames_of(*title, 3, i)) {
      const auto at = media::to_duration(frame.pts, title->tracks()[3].timebase);
      EXPECT_TRUE(i == 0 || at >= title->segment_start(i));
      EXPECT_TRUE(i + 1 == title->segments() || at < title->segment_start(i + 1));
    }
}

TEST(Library, PicturesThatNothingRefersToAreMarked) {
  ClipLibrary clip;
  const auto title = clip.open();
  ASSERT_TRUE(title);
  std::size_t discardable = 0;
  for (const auto& frame : frames_of(*title, 0, 0)) {
    discardable += frame.discardable;
    EXPECT_FALSE(frame.key && frame.discardable);
  }
  EXPECT_EQ(discardable, 9u);  // in display order I, four times B B P, B P
}

TEST(Library, ViewersShareTitlesAndSegments) {
  ClipLibrary clip;
  const auto first = clip.open(), second = clip.open();
  EXPECT_EQ(first, second);
  SegmentCache cache(1 << 20);
  EXPECT_EQ(*cache.get(*first, 1, 2), *cache.get(*second, 1, 2));
}

TEST(Library, ATitleMadeAnewIsOpenedAnew) {
  ClipLibrary clip;
  const auto before = clip.open();
  const auto frames = (*before->segment(0, 0))->frames;
  auto settings = small_ladder();
  settings.replace = true;
  settings.segment = 1s;
  ASSERT_TRUE(add(clip.sources / "source.mp4", clip.folder, "clip", settings));
  EXPECT_FALSE(before->unchanged());
  const auto after = clip.open();
  EXPECT_EQ(after->segments(), 2u);
  EXPECT_TRUE(before->segment(0, 3)) << "who still watches the old one can";
}

TEST(Library, ListsWhatIsThereAndWhatIsMissing) {
  ClipLibrary clip;
  std::filesystem::remove(clip.folder / "clip_96p.mp4");
  std::ofstream(clip.folder / "README.txt") << "x";
  std::ofstream(clip.folder / "another_48p.mp4") << "x";
  const auto listing = clip.library.list();
  ASSERT_TRUE(listing);
  ASSERT_EQ(listing->size(), 2u);
  EXPECT_EQ((*listing)[0].name, "another");
  EXPECT_EQ((*listing)[1].name, "clip");
  EXPECT_EQ((*listing)[1].renditions, (std::vector<std::string>{"48p", "144p"}));
  EXPECT_EQ((*listing)[1].missing, (std::vector<std::string>{"96p"}));
  EXPECT_FALSE((*listing)[1].complete());
}

TEST(Library, AMissingRenditionIsNamedWithItsFileAndTheRemedy) {
  ClipLibrary clip;
  std::filesystem::remove(clip.folder / "clip_96p.mp4");
  std::filesystem::remove(clip.folder / "clip_144p.mp4");
  const auto title = clip.library.open("clip");
  ASSERT_FALSE(title);
  EXPECT_EQ(title.error().fault, Fault::missing_rendition);
  EXPECT_EQ(title.error().reason,
            "the title 'clip' lacks its 96p and 144p renditions ('clip_96p.mp4', 'clip_144p.mp4' not in the "
            "library)");
  EXPECT_NE(title.error().remedy.find("avocet-server add"), std::string::npos);
}

TEST(Library, UnknownTitlesAndPathsAreRefused) {
  ClipLibrary clip;
  EXPECT_EQ(clip.library.open("other").error().fault, Fault::unknown_title);
  EXPECT_EQ(clip.library.open("../clip").error().fault, Fault::bad_name);
  EXPECT_EQ(clip.library.open("").error().fault, Fault::bad_name);
  EXPECT_EQ(Library("/nonexistent/library").list().error().fault, Fault::unreadable);
}

TEST(Library, HandMadeFilesAreTakenWhenTheyAlign) {
  const Folder folder;
  hand_made(folder, "48p", "-g 30 -bf 2 -sc_threshold 0");
  hand_made(folder, "96p", "-g 30 -bf 0 -sc_threshold 0 -video_track_timescale 90000");
  const auto title = Library(folder.path(), two).open("hand");
  ASSERT_TRUE(title) << title.error().message();
  EXPECT_EQ((*title)->segments(), 2u);
  EXPECT_EQ((*title)->segment_start(1), 1s);
}

TEST(Library, MisalignedRenditionsAreNamedWithThePlace) {
  const Folder folder;
  hand_made(folder, "48p", "-g 30 -sc_threshold 0");
  hand_made(folder, "96p", "-g 30 -sc_threshold 0 -force_key_frames 0.7");
  const auto title = Library(folder.path(), two).open("hand");
  ASSERT_FALSE(title);
  EXPECT_EQ(title.error().fault, Fault::misaligned);
  EXPECT_EQ(
      title.error().reason,
      "'hand_96p.mp4' does not align with 'hand_48p.mp4': at 0.700 s 'hand_96p.mp4' has a key frame and "
      "'hand_48p.mp4' has none");
}

TEST(Library, RenditionsOfDifferentLengthDoNotAlign) {
  const Folder folder;
  hand_made(folder, "48p", "-g 30 -sc_threshold 0");
  hand_made(folder, "96p", "-g 30 -sc_threshold 0", "1.8");
  const auto title = Library(folder.path(), two).open("hand");
  ASSERT_FALSE(title);
  EXPECT_EQ(title.error().fault, Fault::misaligned);
  EXPECT_NE(title.error().reason.find("there are 24 frames, not 30"), std::string::npos)
      << title.error().reason;
}

TEST(Library, OpenGopsCannotBeCut) {
  const Folder folder;
  for (const auto* rendition : {"48p", "96p"})
    hand_made(folder, rendition, "-preset veryfast -g 30 -bf 2 -x264-params open-gop=1:scenecut=0");
  const auto title = Library(folder.path(), two).open("hand");
  ASSERT_FALSE(title);
  EXPECT_EQ(title.error().fault, Fault::unsupported);
  EXPECT_NE(title.error().message().find("open GOP"), std::string::npos);
}

TEST(Library, DamagedAndForeignFilesAreNamed) {
  ClipLibrary clip;
  std::filesystem::resize_file(clip.folder / "clip_96p.mp4", 1'000);
  const auto truncated = clip.library.open("clip");
  ASSERT_FALSE(truncated);
  EXPECT_EQ(truncated.error().fault, Fault::unreadable);
  EXPECT_NE(truncated.error().reason.find("'clip_96p.mp4'"), std::string::npos);

  ASSERT_EQ(run_ffmpeg(picture + " -c:v mpeg4 " + (clip.folder / "clip_96p.mp4")), "");
  const auto foreign = clip.library.open("clip");
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().fault, Fault::unsupported);
  EXPECT_NE(foreign.error().reason.find("'clip_96p.mp4' holds mpeg4"), std::string::npos)
      << foreign.error().reason;
}

TEST(Library, AFileThatShrinksIsAnErrorNotACrash) {
  ClipLibrary clip;
  const auto title = clip.open();
  std::filesystem::resize_file(clip.folder / "clip_96p.mp4", 1'000);
  EXPECT_FALSE(title->segment(1, 3));
  EXPECT_TRUE(title->segment(0, 3));
}

media::SharedSegment segment_of(std::size_t bytes) {
  auto segment = std::make_shared<media::Segment>();
  segment->frames.emplace_back().payload = std::make_shared<Bytes>(bytes);
  return segment;
}

TEST(SegmentCache, HoldsTheSegmentsUsedLastUpToItsSize) {
  SegmentCache cache(10'000);
  for (std::uint32_t i = 0; i < 3; ++i) cache.insert({1, 0, i}, segment_of(3'000));
  ASSERT_TRUE(cache.find({1, 0, 0}));
  cache.insert({2, 0, 0}, segment_of(3'000));
  EXPECT_TRUE(cache.find({1, 0, 0})) << "it was used after 1";
  EXPECT_FALSE(cache.find({1, 0, 1}));
  EXPECT_LE(cache.bytes(), 10'000u);
  cache.insert({3, 0, 0}, segment_of(20'000));
  EXPECT_FALSE(cache.find({3, 0, 0}));
  EXPECT_TRUE(cache.find({2, 0, 0}));
  cache.forget_title(1);
  EXPECT_FALSE(cache.find({1, 0, 0}));
  cache.forget_title(2);
  EXPECT_EQ(cache.bytes(), 0u);
}

}  // namespace
}  // namespace avocet::codec::test
