#pragma once

#include <optional>
#include <vector>

#include "protocol/media/fragment_pool.hpp"
#include "protocol/media/reassembler.hpp"

namespace avocet::media {

/// A frame some of whose fragments are here.
class Assembly {
 public:
  struct Piece {
    std::uint16_t index = 0;
    FragmentPool::Slot slot = 0;
  };
  enum class Added : std::uint8_t { fresh, duplicate, contradiction };

  /// What an empty one is charged with.
  static constexpr std::size_t overhead = 256;

  /// Begins anew for the frame whose fragment 0 has number `first`.
  void begin(FragmentNumber first, Time arrived);
  Added add(FragmentPool&, std::uint16_t index, ByteView data, Time arrived);
  /// Gives all pieces back.
  void release(FragmentPool&);
  /// Forgets the pieces, which somebody else has taken over.
  void hand_over() { pieces_.clear(); }

  /// All fragments are here. They may still not add up: see assemble().
  bool whole() const { return head_ && pieces_.size() == head_->fragments; }
  /// The frame, or nothing when its pieces are not as long as its head says.
  std::optional<Frame> assemble(const FragmentPool&) const;

  FragmentNumber first() const { return first_; }
  /// One past the last fragment that is known to belong to it.
  FragmentNumber end() const;
  bool is_last(std::uint16_t index) const { return head_ && index + 1u == head_->fragments; }
  const Piece* find(std::uint16_t index) const;
  const std::vector<Piece>& pieces() const { return pieces_; }
  /// What it is charged with.
  std::size_t held(const FragmentPool&) const;

  Time first_arrival() const { return first_arrival_; }
  Time last_arrival() const { return last_arrival_; }
  bool repaired() const { return repaired_; }
  void mark_repaired() { repaired_ = true; }

 private:
  bool read_head(ByteView data);

  FragmentNumber first_;
  std::vector<Piece> pieces_;  // by index
  std::optional<wire::FrameHead> head_;
  std::size_t head_size_ = 0, bytes_ = 0;  // bytes_: of all pieces, head included
  Time first_arrival_{}, last_arrival_{};
  bool repaired_ = false;
};

}  // namespace avocet::media
