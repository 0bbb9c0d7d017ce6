#pragma once

#include "protocol/service/service.hpp"

namespace avocet::service {

/// What a client may ask, message by message. Lives for one message.
struct Service::Requests {
  Service& service;
  Guest& guest;
  Time now;

  void operator()(const wire::Join&);
  void operator()(const wire::Browse&);
  void operator()(const wire::Play&);
  void operator()(const wire::Credit&);
  void operator()(const wire::SwitchRendition&);
  void operator()(const wire::Pause&);
  void operator()(const wire::Seek&);
  void operator()(const wire::Stop&);
  void operator()(const wire::Publish&);
  void operator()(const wire::Say&);
  void operator()(const wire::Announce&);
  void operator()(const wire::Bye&);
  void operator()(const wire::KeyFrameWanted&);
  /// What only a server says.
  template <class T>
  void operator()(const T&) {
    not_for_servers(wire::Wire<T>::name);
  }

 private:
  void not_for_servers(std::string_view message);
  void refuse(PlayId request, const Refusal& refusal) { service.refuse(guest, request, refusal); }
  bool may_request(PlayId request);
  bool may_speak();
  bool continues(const wire::Play&);
  bool new_id(PlayId);
  Guest::Play* play(PlayId);
  std::optional<Refusal> problem_of(const wire::Join&) const;
  std::optional<Refusal> problem_of(const wire::Play&) const;
  std::optional<Refusal> problem_of(const wire::Publish&) const;
};

}  // namespace avocet::service
