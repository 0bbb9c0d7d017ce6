#pragma once

#include <string>

#include "dissector/connection.hpp"
#include "dissector/record.hpp"
#include "protocol/wire/service.hpp"

/// What service messages mean for a connection: requests and their answers, tracks, switches.
namespace avocet::dissector {

class ServiceFollower {
 public:
  ServiceFollower(Connection& connection, Side sender, Sighting seen, PacketRecord& record, int frame)
      : connection_(connection), sender_(sender), seen_(seen), record_(record), frame_(frame) {}

  template <class Message>
  void on_message(const Message& message) {
    check_sender(wire::Wire<Message>::meaning, wire::Wire<Message>::name);
    on(message);
  }

 private:
  void on(const wire::Join&) { ask("join"); }
  void on(const wire::Welcome&) { answer({"join"}); }
  void on(const wire::Browse&) { ask("browse"); }
  void on(const wire::Catalogue&) { answer({"browse"}); }
  void on(const wire::Refused&);
  void on(const wire::Play&);
  void on(const wire::Tracks&);
  void on(const wire::Seek&);
  void on(const wire::SwitchRendition& m) { ask(about("switch", m.play)); }
  void on(const wire::Switched&);
  void on(const wire::Pause&) { connection_.of(Side::server).media.restart(); }
  void on(const wire::Publish&);
  void on(const wire::Published& m) { answer({about("publish", m.play)}); }
  void on(const wire::Ended&);
  template <class Other>
  void on(const Other&) {}

  /// The declaration says who sends a message: its meaning begins with the side, or it goes both ways.
  void check_sender(std::string_view meaning, std::string_view name);
  static std::string about(const char* request, wire::PlayId play) {
    return std::string(request) + ' ' + std::to_string(play.value);
  }
  void ask(std::string request) { connection_.requests.insert_or_assign(std::move(request), seen_); }
  /// Links to the first of these requests that waits.
  void answer(std::initializer_list<std::string> requests);
  void judge(Finding finding, std::string text) { record_.judge(frame_, finding, std::move(text)); }

  Connection& connection_;
  Side sender_;
  Sighting seen_;
  PacketRecord& record_;
  int frame_;
};

}  // namespace avocet::dissector
