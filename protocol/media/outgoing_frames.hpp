#pragma once

#include <algorithm>
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
  std::uint32_t frame = 0;  ///< low bits of the position of its frame
  Fate fate = Fate::unsent;
  std::uint8_t copies = 0;  ///< in flight
  bool last_try = false;    ///< a copy was sent whose loss would be noticed too late
};

struct OutgoingFrame {
  enum class State : std::uint8_t { open, delivered, given_up };
  Frame frame;
  std::optional<Time> deadline;
  std::uint32_t head_size = 0;      ///< bytes of the FrameHead
  std::uint32_t first_size = 0;     ///< bytes of fragment 0, head included, unless it is the last
  std::uint32_t fragment_size = 0;  ///< bytes of every further fragment but the last
  std::uint32_t fragments = 0;
  std::uint32_t sent = 0;   ///< fragments sent at least once
  std::uint32_t acked = 0;  ///< fragments
  bool numbered = false;
  FragmentNumber first;  ///< once numbered
  State state = State::open;

  /// Where fragment `index` begins in head and payload together; for `fragments`, where the last ends.
  std::size_t offset_of(std::uint32_t index) const {
    const std::size_t whole = head_size + frame.size();
    if (index == 0) return 0;
    return std::min(whole, first_size + std::size_t{index - 1} * fragment_size);
  }
  std::size_t size_of(std::uint32_t index) const { return offset_of(index + 1) - offset_of(index); }
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
  /// Behind next_unsent() stands a key frame.
  bool key_follows() const {
    return newest_key_ > unsent_at_ && newest_key_ < frames_.end() && frames_[newest_key_].frame.key;
  }
  /// Numbers the fragments of next_unsent(), unless that is done, and cuts it so that the first is of at most
  /// `first_size` bytes; false when not even its head fits into them. A frame that was not captured, because
  /// it is stored, takes `now` for its capture time: receivers measure jitter by it.
  bool number_next(Time now, std::size_t first_size);
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
  /// There are frames with a deadline. (A track's frames all have one, or none has.)
  bool hurries() const { return !frames_.empty() && frames_.front().deadline; }
  void pop_front();
  /// Lets the payload of a frame go that will not be read again.
  void release_payload(OutgoingFrame&);

  std::size_t bytes_held() const { return held_; }
  std::size_t bytes_unsent() const { return unsent_; }
  std::size_t fragment_size() const { return fragment_size_; }
  /// Of the frames that are numbered from now on.
  void set_fragment_size(std::size_t size) { fragment_size_ = size; }
  /// Cuts the open frames anew that have larger fragments than fragment_size(). Those of which fragments have
  /// numbers are given up, and come again before what is unsent.
  void cut_anew();

 private:
  static bool cut(OutgoingFrame&, std::size_t first_size);
  void abandon(OutgoingFrame&);
  bool too_large(const OutgoingFrame&) const;

  std::size_t fragment_size_;
  Ring<OutgoingFrame> frames_;
  Ring<OutgoingFragment> fragments_;  // positions are fragment numbers
  std::uint64_t unsent_at_ = 0;       // position in frames_ of next_unsent()
  std::uint64_t newest_key_ = 0;      // likewise, of the key frame that came last
  std::size_t held_ = 0, unsent_ = 0;
  bool in_order_ = true;  // by number: frames cut anew stand behind later ones
};

}  // namespace avocet::media
