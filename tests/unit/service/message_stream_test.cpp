#include "protocol/service/message_stream.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/wire/writer.hpp"

namespace avocet::service {
namespace {

struct Lines {
  std::vector<std::string> lines;
  void operator()(const wire::Say& say) { lines.push_back(say.line); }
  template <class T>
  void operator()(const T&) {
    lines.push_back("?");
  }
};

bool always() { return true; }

struct Sink {
  std::size_t room;
  std::size_t written = 0;
  session::Admission write(Time, ByteView data) {
    if (written + data.size() > room) return session::Admission::full;
    written += data.size();
    return session::Admission::accepted;
  }
};

RC_GTEST_PROP(MessageStream, MessagesComeOutHoweverTheBytesAreCut, (const std::vector<std::uint8_t>& cuts)) {
  Bytes bytes;
  for (const char* line : {"one", "two", "three", ""}) {
    const Bytes m = wire::frame_message(wire::Say{.line = line});
    bytes.insert(bytes.end(), m.begin(), m.end());
  }
  MessageStream stream(1000);
  Lines lines;
  ByteView rest = bytes;
  for (const std::uint8_t cut : cuts) {
    const std::size_t n = std::min<std::size_t>(cut % 16, rest.size());
    RC_ASSERT(stream.receive(rest.first(n), lines, always));
    rest = rest.subspan(n);
  }
  RC_ASSERT(stream.receive(rest, lines, always));
  RC_ASSERT(lines.lines == (std::vector<std::string>{"one", "two", "three", ""}));
}

TEST(MessageStream, SaysWhatIsWrong) {
  MessageStream stream(1000);
  Lines lines;
  Bytes message = wire::frame_message(wire::Say{.line = "abc"});
  message.push_back(std::byte{0x7f});  // a type that there is not: two bytes, type and length 0
  message.back() = std::byte{0x3f};
  message.push_back(std::byte{0});
  EXPECT_FALSE(stream.receive(message, lines, always));
  EXPECT_EQ(lines.lines.size(), 1u);
  EXPECT_NE(stream.fault().find("type"), std::string::npos) << stream.fault();
}

// AV-SVC-1, AV-SVC-2
TEST(MessageStream, TooLongAMessageIsRefusedAtItsHeader) {
  MessageStream stream(1000);
  Bytes header(9);
  wire::Writer w(header);
  w.varint(0x13), w.varint(wire::max_service_message + 1);
  Lines lines;
  EXPECT_FALSE(stream.receive(ByteView(header).first(w.size()), lines, always));
}

TEST(MessageStream, StopsWhenTold) {
  MessageStream stream(1000);
  Bytes bytes;
  for (int i = 0; i < 3; ++i) {
    const Bytes m = wire::frame_message(wire::Say{.line = "x"});
    bytes.insert(bytes.end(), m.begin(), m.end());
  }
  Lines lines;
  EXPECT_TRUE(stream.receive(bytes, lines, [&] { return lines.lines.size() < 2; }));
  EXPECT_EQ(lines.lines.size(), 2u);
}

TEST(MessageStream, QueuesUpToItsBoundAndInOrder) {
  MessageStream stream(100);
  Sink sink{.room = 20};
  EXPECT_TRUE(stream.send(wire::Say{.line = std::string(10, 'a')}));  // 16 bytes framed
  EXPECT_TRUE(stream.send(wire::Say{.line = std::string(10, 'b')}));
  stream.flush(Time{}, sink);
  EXPECT_EQ(stream.queued(), 16u);
  sink.room = 40;
  stream.flush(Time{}, sink);
  EXPECT_EQ(stream.queued(), 0u);
  EXPECT_FALSE(stream.send(wire::Say{.line = std::string(200, 'c')}));
  EXPECT_TRUE(stream.overflowed());
}

}  // namespace
}  // namespace avocet::service
