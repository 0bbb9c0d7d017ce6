#pragma once

#include <deque>
#include <string>

#include "protocol/wire/codec.hpp"
#include "protocol/wire/frames.hpp"

/// Values of any declared type, made by walking its wire declaration: for round trips and structure-aware
/// fuzzing.
namespace avocet::test {

/// A small generator of numbers; the same seed gives the same ones everywhere (SplitMix64, Steele et al.
/// 2014).
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
  }
  std::uint64_t below(std::uint64_t n) { return n == 0 ? 0 : next() % n; }
  /// All magnitudes alike, so that every length of a varint comes up.
  std::uint64_t of_bits(unsigned most) { return next() >> (64 - 1 - below(most)); }

 private:
  std::uint64_t state_;
};

/// Makes values. Owns the bytes that views in them point to.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : numbers(seed) {}

  template <wire::Declared T>
  T make() {
    // Rules across fields are met by trying; few types have one, and it is mostly loose.
    for (;;) {
      T value{};
      std::apply([&](const auto&... field) { (fill_field(field, value), ...); }, wire::Wire<T>::fields);
      if constexpr (std::is_same_v<T, wire::Ack>) lift(value);
      if constexpr (requires { wire::Wire<T>::valid(value); }) {
        if (!wire::Wire<T>::valid(value)) continue;
      }
      return value;
    }
  }

  Numbers numbers;

 private:
  template <class S, class M, class E>
  void fill_field(const wire::Field<S, M, E>& field, S& s) {
    fill(field.encoding, s.*field.member);
  }
  template <class S, class... Parts>
  void fill_field(const wire::Bits<S, Parts...>& field, S& s) {
    std::apply([&](const auto&... part) { (part_of(part, s), ...); }, field.parts);
  }
  template <class S, std::size_t N>
  void fill_field(const wire::Magic<S, N>&, S&) {}

  template <class S, class M>
  void part_of(const wire::Bit<S, M>& part, S& s) {
    part.set(s, static_cast<unsigned>(numbers.below(std::uint64_t{1} << part.width)));
  }
  template <class S>
  void part_of(const wire::FixedBits<S>&, S&) {}

  template <class T>
  void number(T& v, unsigned bits) {
    while (!wire::detail::from_number(numbers.of_bits(bits), v)) {
    }
  }
  template <std::size_t W, class T>
  void fill(wire::BigEndian<W>, T& v) {
    number(v, 8 * W);
  }
  template <class T>
  void fill(wire::Varint, T& v) {
    number(v, 62);
  }
  template <class T>
  void fill(wire::VarintSigned, T& v) {
    const auto magnitude = static_cast<std::int64_t>(numbers.of_bits(60));
    v = static_cast<T>(numbers.below(2) == 0 ? magnitude : -magnitude);
  }
  void fill(wire::VarintMicroseconds, Duration& v) { v = std::chrono::microseconds(numbers.of_bits(50)); }
  template <std::size_t N>
  void fill(wire::FixedBytes<N>, std::array<std::byte, N>& v) {
    for (auto& b : v) b = static_cast<std::byte>(numbers.next());
  }
  Bytes some_bytes(std::size_t most) {
    Bytes out(numbers.below(std::min<std::size_t>(most, 300) + 1));
    for (auto& b : out) b = static_cast<std::byte>(numbers.next());
    return out;
  }
  template <std::size_t Max, class Length>
  void fill(wire::Blob<Max, Length>, Bytes& v) {
    v = some_bytes(Max);
  }
  template <std::size_t Max, class Length>
  void fill(wire::Blob<Max, Length>, ByteView& v) {
    v = store_.emplace_back(some_bytes(Max));
  }
  void fill(wire::Rest, ByteView& v) { v = store_.emplace_back(some_bytes(300)); }
  template <std::size_t Max>
  void fill(wire::Text<Max>, std::string& v) {
    static constexpr std::string_view letters[]{"a", "Z", "0", " ", "é", "漢", "🐦"};
    for (std::uint64_t n = numbers.below(20); n > 0; --n) {
      const std::string_view letter = letters[numbers.below(std::size(letters))];
      if (v.size() + letter.size() <= Max) v += letter;
    }
  }
  void fill(wire::Zeros, std::size_t& v) { v = numbers.below(100); }
  template <class Inner, class T>
  void fill(const wire::Optional<Inner>& e, std::optional<T>& v) {
    if (numbers.below(2) == 1) fill(e.inner, v.emplace());
  }
  template <std::size_t Max, class Inner, class Container>
  void fill(const wire::Counted<Max, Inner>& e, Container& v) {
    for (std::uint64_t n = numbers.below(std::min<std::size_t>(Max, 6) + 1); n > 0; --n) {
      typename Container::value_type item{};
      fill(e.inner, item);
      v.push_back(std::move(item));
    }
  }
  template <class T>
  void fill(wire::Nested<T>, T& v) {
    v = make<T>();
  }

  /// Random runs rarely fit above packet 0: makes them short, and the largest number large.
  static void lift(wire::Ack& ack) {
    ack.largest.value |= std::uint64_t{1} << 50;
    ack.first_run &= 0xffff;
    for (auto& range : ack.ranges) range.gap &= 0xffff, range.length &= 0xffff;
  }

  std::deque<Bytes> store_;
};

}  // namespace avocet::test
