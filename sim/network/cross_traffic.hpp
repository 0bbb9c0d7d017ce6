#pragma once

#include <ns3/event-id.h>
#include <ns3/socket.h>

#include <cstdint>

#include "sim/experiment/experiment.hpp"
#include "sim/link/random.hpp"
#include "sim/link/schedule.hpp"
#include "sim/network/topology.hpp"
#include "sim/record/flow_record.hpp"

namespace avocet::sim {

/// ns-3's own TCP from one host to another: one endless transfer, or many of random sizes with idle times
/// between them. Counts what arrives.
class TcpFlow {
 public:
  TcpFlow(const Flow&, Topology&, std::uint64_t seed, FlowRecord&);

 private:
  void listen();
  void begin();
  void fill(ns3::Ptr<ns3::Socket>, std::uint32_t);
  void end_transfer();
  void on_accepted(ns3::Ptr<ns3::Socket>, const ns3::Address&);
  void on_arrived(ns3::Ptr<ns3::Socket>);

  const Flow flow_;
  link::Random random_;
  FlowRecord& record_;
  Topology::Host sender_, receiver_;
  ns3::Ptr<ns3::Socket> listening_, sending_;
  std::uint64_t left_ = 0;  // of the transfer
};

/// Datagrams at a rate that nothing but the schedule changes.
class ConstantFlow {
 public:
  ConstantFlow(const Flow&, Topology&, FlowRecord&);

 private:
  void send();
  void on_arrived(ns3::Ptr<ns3::Socket>);

  const Flow flow_;
  const link::Schedule schedule_;
  FlowRecord& record_;
  Topology::Host sender_, receiver_;
  ns3::Ptr<ns3::Socket> sending_, receiving_;
};

}  // namespace avocet::sim
