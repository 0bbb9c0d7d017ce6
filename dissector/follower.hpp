#pragma once

#include "dissector/connection.hpp"
#include "dissector/record.hpp"
#include "protocol/wire/frames.hpp"
#include "protocol/wire/service.hpp"

/// Reads the frames of one opened packet for the first time: moves the connection on and writes down what
/// follows from it.
namespace avocet::dissector {

/// Learns of connection ids that a side gives itself.
class IdListener {
 public:
  virtual void learn(ConnectionId, Connection&, Side receiver) = 0;

 protected:
  ~IdListener() = default;
};

class Follower {
 public:
  Follower(Connection& connection, Side sender, wire::PacketKind kind, Sighting seen, IdListener& ids)
      : connection_(connection),
        sender_(sender),
        kind_(kind),
        seen_(seen),
        record_(*seen.record),
        ids_(ids),
        own_(connection.of(sender)),
        peer_(connection.of(other(sender))) {}

  void follow(ByteView frames);

 private:
  void on(const wire::Padding&) {}
  void on(const wire::Ping&) {}
  void on(const wire::Ack&);
  void on(const wire::HandshakeData&);
  void on(const wire::Stream&);
  void on(const wire::ResetStream&);
  void on(const wire::MaxData&);
  void on(const wire::MaxStreamData&);
  void on(const wire::MaxStreams&);
  void on(const wire::Media&);
  void on(const wire::Parity&);
  void on(const wire::PathChallenge&);
  void on(const wire::PathResponse&);
  void on(const wire::NewId&);
  void on(const wire::RetireId&);
  void on(const wire::Done&);
  void on(const wire::Close&);
  void on(const wire::NewTicket&) { server_only("NEW_TICKET"); }
  void on(const wire::NewToken&) { server_only("NEW_TOKEN"); }

  void check_place(std::uint64_t type, std::string_view name);
  void server_only(const char* name);
  void tell(Derived field, std::uint64_t value) { record_.tell(frame_, field, value); }
  void tell(Derived field, Duration value) { record_.tell(frame_, field, value); }
  void judge(Finding finding, std::string text = {}) { record_.judge(frame_, finding, std::move(text)); }

  void judge_unseen(PacketNumber acknowledged);
  void count_acknowledged(const wire::Ack&);
  void tell_repetition(const ByteStream::Outcome&);
  void check_stream(std::uint64_t id, std::uint64_t end, bool fin);
  void check_limits(std::uint64_t id, const Flow::Stream&, std::uint64_t end);
  void take_handshake_messages();
  void check_order(std::uint64_t type);
  void take_service_messages(ByteStream&);

  Connection& connection_;
  Side sender_;
  wire::PacketKind kind_;
  Sighting seen_;
  PacketRecord& record_;
  IdListener& ids_;
  Flow &own_, &peer_;
  int frame_ = 0;
};

}  // namespace avocet::dissector
