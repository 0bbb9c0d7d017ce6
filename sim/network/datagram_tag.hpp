#pragma once

#include <ns3/tag.h>

#include <cstdint>

namespace avocet::sim {

/// Says whose a packet is, all the way: as Passing has it. A tag of its bytes, which stays with them where a
/// link joins packets and cuts them anew, as LTE's does.
class DatagramTag final : public ns3::Tag {
 public:
  DatagramTag() = default;
  DatagramTag(std::uint32_t end, std::uint64_t index) : end_(end), index_(index) {}
  std::uint32_t end() const { return end_; }
  std::uint64_t index() const { return index_; }

  static ns3::TypeId GetTypeId();
  ns3::TypeId GetInstanceTypeId() const override { return GetTypeId(); }
  std::uint32_t GetSerializedSize() const override { return 12; }
  void Serialize(ns3::TagBuffer out) const override { out.WriteU32(end_), out.WriteU64(index_); }
  void Deserialize(ns3::TagBuffer in) override { end_ = in.ReadU32(), index_ = in.ReadU64(); }
  void Print(std::ostream& out) const override { out << end_ << '.' << index_; }

 private:
  std::uint32_t end_ = 0;
  std::uint64_t index_ = 0;
};

}  // namespace avocet::sim
