#include "sim/network/datagram_tag.hpp"

namespace avocet::sim {

ns3::TypeId DatagramTag::GetTypeId() {
  static const ns3::TypeId id = ns3::TypeId("avocet::sim::DatagramTag").SetParent<ns3::Tag>();
  return id;
}

}  // namespace avocet::sim
