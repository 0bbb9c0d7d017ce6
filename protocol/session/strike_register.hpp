#pragma once

#include <cstdint>
#include <deque>

namespace avocet::session {

/// Which of the serial numbers that were given out have come back: a bit for each of the newest. Older ones
/// count as used, so that when it is full what is old is refused and nothing is ever taken twice.
class StrikeRegister {
 public:
  explicit StrikeRegister(std::size_t most = std::size_t{1} << 23) : most_words_(most / 64) {}

  /// A serial number never given out before.
  std::uint64_t issue() {
    if (next_ / 64 == first_word_ + words_.size()) {
      words_.push_back(0);
      if (words_.size() > most_words_) words_.pop_front(), ++first_word_;
    }
    return next_++;
  }
  bool fresh(std::uint64_t serial) const {
    return serial < next_ && serial / 64 >= first_word_ && (word(serial) >> serial % 64 & 1) == 0;
  }
  /// True once for each serial number that is fresh().
  bool take(std::uint64_t serial) {
    if (!fresh(serial)) return false;
    words_[serial / 64 - first_word_] |= std::uint64_t{1} << serial % 64;
    return true;
  }

 private:
  std::uint64_t word(std::uint64_t serial) const { return words_[serial / 64 - first_word_]; }

  std::size_t most_words_;
  std::deque<std::uint64_t> words_;
  std::uint64_t first_word_ = 0, next_ = 0;
};

}  // namespace avocet::session
