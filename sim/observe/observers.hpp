#pragma once

#include <vector>

#include "sim/observe/observer.hpp"

namespace avocet::sim {

/// Several observers as one. They must outlive it.
class Observers final : public Observer {
 public:
  void add(Observer& observer) { all_.push_back(&observer); }

  void on_entered(std::size_t where, Time now, const Passing& p) override {
    for (Observer* o : all_) o->on_entered(where, now, p);
  }
  void on_served(std::size_t where, Time now, const Passing& p, Duration queued) override {
    for (Observer* o : all_) o->on_served(where, now, p, queued);
  }
  void on_lost(std::size_t where, Time now, const Passing& p, LossCause cause) override {
    for (Observer* o : all_) o->on_lost(where, now, p, cause);
  }
  void on_duplicated(std::size_t where, Time now, const Passing& p) override {
    for (Observer* o : all_) o->on_duplicated(where, now, p);
  }
  void on_arrived(std::size_t where, Time now, const Passing& p) override {
    for (Observer* o : all_) o->on_arrived(where, now, p);
  }
  void on_sent(Time now, const DatagramSeen& seen) override {
    for (Observer* o : all_) o->on_sent(now, seen);
  }
  void on_received(Time now, const DatagramSeen& seen) override {
    for (Observer* o : all_) o->on_received(now, seen);
  }
  void on_key(Time now, std::uint32_t end, std::string_view line) override {
    for (Observer* o : all_) o->on_key(now, end, line);
  }
  void on_made(Time now, const FrameMade& frame) override {
    for (Observer* o : all_) o->on_made(now, frame);
  }
  void on_out(Time now, const FrameOut& frame) override {
    for (Observer* o : all_) o->on_out(now, frame);
  }
  void on_playback(Time now, const Playback& playback) override {
    for (Observer* o : all_) o->on_playback(now, playback);
  }
  void on_said(Time now, std::uint32_t end, std::string_view line) override {
    for (Observer* o : all_) o->on_said(now, end, line);
  }
  void on_heard(Time now, std::uint32_t end, std::string_view line) override {
    for (Observer* o : all_) o->on_heard(now, end, line);
  }
  void on_state(Time now, const FlowState& state) override {
    for (Observer* o : all_) o->on_state(now, state);
  }
  void on_end(Time now) override {
    for (Observer* o : all_) o->on_end(now);
  }

 private:
  std::vector<Observer*> all_;
};

}  // namespace avocet::sim
