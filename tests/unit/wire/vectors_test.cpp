#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "protocol/wire/frames.hpp"
#include "protocol/wire/handshake.hpp"
#include "protocol/wire/packets.hpp"
#include "protocol/wire/service.hpp"
#include "tests/support/vector_file.hpp"

/// The vectors of specs/vectors, written by hand from the prose. AV-ENC-8
namespace avocet::wire {
namespace {

using test::FieldValueList;
using test::FieldValues;
using test::WireVector;

using Parts = Registry<AckRange, EcnCounts, Arrival, FrameHead, Shard, Extension, User, Title, Track>;

/// What decoding came to: the fields, and what the value is written as; or why there is none.
struct Decoded {
  FieldValueList fields;
  Bytes again;
  DecodeError error;
};

std::vector<WireVector> all_vectors() {
  std::vector<WireVector> all;
  for (const auto& entry : std::filesystem::directory_iterator(AVOCET_VECTORS)) {
    if (entry.path().extension() != ".txt") continue;
    for (WireVector& one : test::VectorFile::read(entry.path().string())) all.push_back(std::move(one));
  }
  return all;
}

/// Decodes as the type of that name; without a type number.
template <class Registry>
Decoded decode_named(const WireVector& vector) {
  Decoded out;
  bool known = false;
  Registry::for_each([&]<class T>(std::type_identity<T>) {
    if (Wire<T>::name != vector.name) return;
    known = true;
    const auto value = decode<T>(vector.bytes);
    if (!value) return void(out.error = value.error());
    out.fields.add("", *value);
    out.again = encode(*value);
  });
  EXPECT_TRUE(known) << vector.where << ": there is no " << vector.what << " " << vector.name;
  return out;
}

Decoded decode_frame(const WireVector& vector) {
  Decoded out;
  out.error = read_all<Frames>(vector.bytes, [&]<class T>(const T& frame) {
    if (!vector.bad) {
      EXPECT_EQ(Wire<T>::name, vector.name) << vector.where;
    }
    out.fields.values.emplace_back("type", std::to_string(Wire<T>::type));
    out.fields.add("", frame);
    const std::size_t before = out.again.size();
    out.again.resize(before + typed_size(frame));
    Writer w(ByteSpan(out.again).subspan(before));
    write_typed(w, frame);
  });
  return out;
}

template <class Registry>
Decoded decode_message(const WireVector& vector, std::size_t most) {
  Decoded out;
  const auto extent = next_message(vector.bytes, most);
  if (!extent) return out.error = extent.error(), out;
  if (!*extent) return ADD_FAILURE() << vector.where << ": the message is not whole", out;
  const auto [type, header, body] = **extent;
  EXPECT_EQ(header + body, vector.bytes.size()) << vector.where << ": the length is wrong";
  out.error = read_message<Registry>(
      type, ByteView(vector.bytes).subspan(header, body), [&]<class T>(const T& message) {
        EXPECT_EQ(Wire<T>::name, vector.name) << vector.where;
        out.fields.values = {{"type", std::to_string(type)}, {"length", std::to_string(body)}};
        out.fields.add("", message);
        out.again = frame_message(message);
      });
  return out;
}

Decoded decode_vector(const WireVector& vector) {
  if (vector.what == "packet") return decode_named<PacketHeaders>(vector);
  if (vector.what == "clear") return decode_named<ClearMessages>(vector);
  if (vector.what == "part") return decode_named<Parts>(vector);
  if (vector.what == "frame") return decode_frame(vector);
  if (vector.what == "handshake") return decode_message<HandshakeMessages>(vector, max_handshake_stream);
  if (vector.what == "service") return decode_message<ServiceMessages>(vector, max_service_message);
  ADD_FAILURE() << vector.where << ": nothing is called " << vector.what;
  return {};
}

std::string lines(const FieldValues& values) {
  std::string out;
  for (const auto& [name, value] : values) out += "  " + name + " = " + value + "\n";
  return out;
}

TEST(Vectors, AreDecodedToTheirValuesAndEncodedToTheirBytes) {
  for (const WireVector& vector : all_vectors()) {
    if (vector.bad) continue;
    const Decoded decoded = decode_vector(vector);
    ASSERT_EQ(decoded.error.fault, Fault::none)
        << vector.where << ": " << to_string(decoded.error.fault) << " in " << decoded.error.field;
    EXPECT_EQ(lines(decoded.fields.values), lines(vector.values)) << vector.where;
    EXPECT_EQ(to_hex(decoded.again), to_hex(vector.bytes)) << vector.where;
  }
}

TEST(Vectors, WhatMustBeRefusedIsRefusedForItsReason) {
  for (const WireVector& vector : all_vectors()) {
    if (!vector.bad) continue;
    const DecodeError error = decode_vector(vector).error;
    EXPECT_EQ(to_string(error.fault), vector.fault) << vector.where;
    EXPECT_EQ(error.field, vector.field) << vector.where;
  }
}

TEST(Vectors, EveryTypeHasOne) {
  std::set<std::pair<std::string, std::string>> there;
  for (const WireVector& vector : all_vectors()) {
    if (!vector.bad) there.insert({vector.what, vector.name});
  }
  const auto expect = [&]<class... Ts>(const std::string& what, Registry<Ts...>) {
    const std::string names[]{std::string(Wire<Ts>::name)...};
    for (const std::string& name : names) {
      EXPECT_TRUE(there.contains({what, name})) << "specs/vectors has no vector for " << what << " " << name;
    }
  };
  expect("packet", PacketHeaders{});
  expect("clear", ClearMessages{});
  expect("frame", Frames{});
  expect("handshake", HandshakeMessages{});
  expect("service", ServiceMessages{});
  expect("part", Parts{});
}

}  // namespace
}  // namespace avocet::wire
