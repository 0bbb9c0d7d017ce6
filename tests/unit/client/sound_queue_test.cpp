#include "endpoints/client/sound_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace avocet::client {
namespace {

constexpr double rate = SoundQueue::sample_rate;
constexpr std::size_t buffer = 1024;

/// A ramp: the sample says what its time is.
codec::Sound ramp(Duration at, std::size_t frames) {
  codec::Sound sound{.at = at, .samples = std::vector<float>(frames * 2)};
  for (std::size_t i = 0; i < frames; ++i) {
    const auto t = static_cast<float>(to_seconds(at) + static_cast<double>(i) / rate);
    sound.samples[i * 2] = sound.samples[i * 2 + 1] = t;
  }
  return sound;
}

/// A sound card whose clock goes wrong by a factor, and playout that stays ahead of it.
class Device {
 public:
  explicit Device(double factor) : factor_(factor) {}

  /// One buffer. The largest distance in seconds between what is heard and what is due.
  double turn(SoundQueue& sounds) {
    while (filled_ < due_ + seconds_of(0.2)) {
      sounds.add(ramp(filled_, 1024), 0);
      filled_ += seconds_of(1024 / rate);
    }
    std::vector<float> out(buffer * 2);
    sounds.render(out, due_);
    const double heard = out[0], offset = heard - to_seconds(due_);
    due_ += seconds_of(buffer / rate * factor_);
    return offset;
  }

 private:
  double factor_;
  Duration due_{}, filled_{};
};

TEST(SoundQueue, BeginsExactlyWhenItIsDue) {
  SoundQueue sounds;
  sounds.add(ramp(1s, 4800), 0);
  std::vector<float> out(buffer * 2);
  sounds.render(out, 990ms);
  EXPECT_EQ(out[479 * 2], 0.0f);
  EXPECT_NEAR(out[480 * 2], 1.0f, 1e-4f);
  EXPECT_NEAR(out[1023 * 2 + 1], 1.0f + 543.0f / 48000, 1e-4f);
  EXPECT_TRUE(sounds.audible());
}

TEST(SoundQueue, WaitsForWhatIsDueLaterThanThisBuffer) {
  SoundQueue sounds;
  sounds.add(ramp(1s, 4800), 0);
  std::vector<float> out(buffer * 2);
  sounds.render(out, 900ms);
  EXPECT_FALSE(sounds.audible());
  EXPECT_EQ(*std::ranges::max_element(out), 0.0f);
}

TEST(SoundQueue, SkipsWhatIsPast) {
  SoundQueue sounds;
  for (int i = 0; i < 10; ++i) sounds.add(ramp(i * 100ms, 4800), 0);
  std::vector<float> out(buffer * 2);
  sounds.render(out, 450ms);
  EXPECT_NEAR(out[0], 0.45f, 1e-3f);
}

TEST(SoundQueue, IsSilentWithoutAPosition) {
  SoundQueue sounds;
  sounds.add(ramp(1s, 4800), 0);
  std::vector<float> out(buffer * 2, 1.0f);
  sounds.render(out, std::nullopt);
  EXPECT_EQ(*std::ranges::max_element(out), 0.0f);
  EXPECT_EQ(sounds.offset(), 0ns);
}

TEST(SoundQueue, FollowsADeviceWhoseClockIsWrong) {
  for (const double factor : {0.996, 0.9995, 1.0, 1.0005, 1.004}) {
    SoundQueue sounds;
    Device device(factor);
    double largest = 0;
    for (int i = 0; i < 3000; ++i) largest = std::max(largest, std::abs(device.turn(sounds)));
    EXPECT_LT(largest, 0.045) << factor;
    EXPECT_EQ(sounds.jumps(), 0u) << factor;
  }
}

TEST(SoundQueue, SaysHowFarItIsAheadSoThatThePictureCanFollow) {
  SoundQueue sounds;
  Device device(1.004);  // asks too rarely: what is heard falls behind
  double offset = 0;
  for (int i = 0; i < 2000; ++i) offset = device.turn(sounds);
  EXPECT_LT(offset, -0.01);
  EXPECT_NEAR(to_seconds(sounds.offset()), offset, 0.002);
}

TEST(SoundQueue, JumpsWhenItIsFarOff) {
  SoundQueue sounds;
  for (int i = 0; i < 40; ++i) sounds.add(ramp(i * 100ms, 4800), 0);
  std::vector<float> out(buffer * 2);
  sounds.render(out, 0s);
  sounds.render(out, 2s);
  EXPECT_NEAR(out[0], 2.0f, 1e-3f);
  EXPECT_EQ(sounds.jumps(), 1u);
}

TEST(SoundQueue, LeavesAGapWhereSoundIsMissing) {
  SoundQueue sounds;
  sounds.add(ramp(1s, 480), 0);
  sounds.add(ramp(1100ms, 4800), 0);
  std::vector<float> out(buffer * 2);
  sounds.render(out, 1s);
  EXPECT_NEAR(out[479 * 2], 1.01f, 1e-3f);
  EXPECT_EQ(out[481 * 2], 0.0f);
  sounds.render(out, 1095ms);
  EXPECT_NEAR(out[240 * 2], 1.1f, 1e-3f);
}

TEST(SoundQueue, ForgetsWhatWasBeforeASeek) {
  SoundQueue sounds;
  sounds.add(ramp(0s, 4800), 0);
  sounds.begin(1);
  sounds.add(ramp(100ms, 4800), 0);  // was still in the decoder
  sounds.add(ramp(50s, 4800), 1);
  std::vector<float> out(buffer * 2);
  sounds.render(out, 50s);
  EXPECT_NEAR(out[0], 50.0f, 1e-3f);
}

TEST(SoundQueue, IsBoundedWhenTheDeviceDoesNotTake) {
  SoundQueue sounds;
  for (int i = 0; i < 100; ++i) sounds.add(ramp(i * 100ms, 4800), 0);
  std::vector<float> out(buffer * 2);
  sounds.render(out, 1s);
  EXPECT_EQ(out[0], 0.0f) << "was dropped";
  sounds.render(out, 6s);
  EXPECT_NEAR(out[0], 6.0f, 1e-3f);
}

}  // namespace
}  // namespace avocet::client
