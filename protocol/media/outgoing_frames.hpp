#pragma once

#include <cstdint>
#include <optional>

#include "protocol/media/frame.hpp"
#include "protocol/media/ring.hpp"
#include "protocol/wire/frames.hpp"

namespace avocet::media {

/// What has become of a fragment.
enum class Fate : std::uint8_t {
  unsent,
  in_flight,
  lost,    ///< and nothing is planned about it
  queued,  ///< to be sent again
  acked,
  given_up,
};

struct OutgoingFragment {
  Fate fate = Fate::unsent;
  std::uint8_t copies = 0;  ///< in flight
  bool last_try = false;    ///< a copy was sent whose loss would be noticed too late
};

struct OutgoingFrame {
  enum class State : std::uint8_t { open, delivered, given_up };
  Frame frame;
  std::optional<Time> deadline;
  std::uint32_t head_size = 0;      ///< bytes of the FrameHead
  std::uint32_t fragment_size = 0;  ///< bytes of every fragment but the last
  std::uint32_t fragments = 0;
  std::uint32_t sent = 0;   ///< fragments sent at least once
  std::uint32_t acked = 0;  ///< fragments
  bool numbered = false;
  FragmentNumber first;  ///< once numbered
  State state = State::open;
};

/// The frames of one track that wait, or may have to be repaired: a window over the track, whose fragments
/// get their numbers when the first of a frame is sent.
class OutgoingFrames {
 public:
  /// Bookkeeping per frame that counts as held, besides its payload.
  static constexpr std::size_t frame_overhead = 256;

  explicit OutgoingFrames(std::size_t fragment_size) : fragment_size_(fragment_size) {}

  /// False when it is more than a frame may be.
  bool push(const Frame&, std::optional<Time> deadline);
  /// The first frame not sent whole, if any.
  OutgoingFrame* next_unsent();
  /// Numbers the fragments of next_unsent(), unless that is done. A frame that was not captured, because it
  /// is stored, takes `now` for its capture time: receivers measure jitter by it.
  void number_next(Time now);
  /// Marks one more fragment of next_unsent() as sent; true when that was its last.
  bool sent_one();
  /// Gives next_unsent() up, with what was sent of it.
  void give_up_next();
  /// Gives up every open frame from `from` on; returns how many.
  std::size_t give_up_from(FrameNumber from);
  /// Gives up frames sent whole whose deadline was before `time`; returns how many.
  std::size_t give_up_before(Time time);

  bool holds(FragmentNumber n) const { return fragments_.holds(n.value); }
  OutgoingFragment& fragment(FragmentNumber n) { return fragments_[n.value]; }
  FragmentNumber next_number() const { return {fragments_.end()}; }
  /// The frame that the held fragment belongs to.
  OutgoingFrame& frame_of(FragmentNumber);
  /// Records an acknowledgement; true when the frame is delivered by it.
  bool acked(FragmentNumber);
  /// Bytes of a fragment: a view into the payload, or for index 0, which begins with the head, into
  /// `scratch`.
  static ByteView data(const OutgoingFrame&, std::uint32_t index, ByteSpan scratch);

  std::optional<FrameNumber> first_undelivered(FrameNumber from) const;
  bool empty() const { return frames_.empty(); }
  OutgoingFrame& front() { return frames_.front(); }
  void pop_front();
  /// Lets the payload of a frame go that will not be read again.
  void release_payload(OutgoingFrame&);

  std::size_t bytes_held() const { return held_; }
  std::size_t bytes_unsent() const { return unsent_; }
  std::size_t fragment_size() const { return fragment_size_; }

 private:
  void abandon(OutgoingFrame&);

  std::size_t fragment_size_;
  Ring<OutgoingFrame> frames_;
  Ring<OutgoingFragment> fragments_;  // positions are fragment numbers
  std::uint64_t unsent_at_ = 0;       // position in frames_ of next_unsent()
  std::size_t held_ = 0, unsent_ = 0;
};

}  // namespace avocet::media
