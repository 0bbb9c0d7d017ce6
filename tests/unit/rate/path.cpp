#include "tests/unit/rate/path.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace avocet::rate {

/// What a datagram says about itself.
struct Label {
  std::uint64_t number = 0;
  std::uint32_t flow = 0;
  std::uint32_t end = 0;
  std::int64_t captured = 0;  // 0: nobody knows
};

namespace {

constexpr std::size_t datagram = 1200;
constexpr std::size_t headers = 28;

Bytes labelled(const Label& label, std::size_t size) {
  Bytes bytes(std::max(size, sizeof label));
  std::memcpy(bytes.data(), &label, sizeof label);
  return bytes;
}

Label label_of(const Bytes& bytes) {
  Label label;
  std::memcpy(&label, bytes.data(), sizeof label);
  return label;
}

link::LinkConfig delayed(Duration delay) {
  link::LinkConfig config;
  config.delay = delay;
  return config;
}

void sooner(Time& t, std::optional<Time> other) {
  if (other && *other < t) t = *other;
}

}  // namespace

void Received::add(Time at, std::size_t size, Duration queued) {
  const auto slot = static_cast<std::size_t>(at.time_since_epoch() / grain);
  if (bits.size() <= slot) bits.resize(slot + 1);
  bits[slot] += static_cast<double>(size + headers) * 8;
  waits.emplace_back(at, queued);
}

/// One sender and its receiver.
class Flow final : recovery::PacketSink {
 public:
  Flow(Path& path, std::uint32_t id, const FlowConfig& config)
      : path_(path),
        id_(id),
        config_(config),
        nearer_(delayed(config.nearer), path.seed_ + 1),
        back_(path.back_, path.seed_ + 100 + id),
        random_(path.seed_, 77 + id),
        controller_(
            make_controller({.initial = config.initial, .weight = config.weight}, Time(config.start))),
        pacer_(config.initial),
        next_frame_(config.start) {
    if (config.source.kind == Source::Kind::live) controller_->set_ceiling(config.source.most);
  }

  void receive(const link::Delivery& delivery, Time now) {
    const Label label = label_of(delivery.bytes);
    tracker_.on_received({label.number}, true, delivery.ecn, delivery.at, now);
    if (label.end != 0) tracker_.on_frame_end(now);
    if (label.captured != 0) tracker_.on_media_age(delivery.at - Time(Duration(label.captured)), now);
  }

  void step(Time now) {
    if (now < Time(config_.start)) return;
    while (auto delivery = nearer_.pop(now)) path_.there_.push(now, delivery->bytes, Ecn::ect0);
    if (tracker_.due() && *tracker_.due() <= now) {
      wire::Ack ack;
      if (tracker_.build(now, Time{}, ack, 1100)) {
        acks_[acks_sent_] = ack;
        back_.push(now, labelled({acks_sent_++, id_}, 100));
        if (acks_sent_ % 16 == 0)
          tracker_.on_ack_acked({ack.largest.value > 200 ? ack.largest.value - 200 : 0});
      }
    }
    while (const auto delivery = back_.pop(now)) {
      const auto ack = acks_.find(label_of(delivery->bytes).number);
      const auto outcome = packets_.on_ack(now, ack->second, *this);
      acks_.erase(acks_.begin(), std::next(ack));
      feedback(now, outcome ? outcome->newly_marked : 0);
    }
    if (packets_.timer() && *packets_.timer() <= now) {
      const auto outcome = packets_.on_timer(now, *this);
      if (outcome == recovery::SentPackets::TimerOutcome::lost) feedback(now, 0);
      if (outcome == recovery::SentPackets::TimerOutcome::probe) transmit(now, datagram);
    }
    if (controller_->timer() && *controller_->timer() <= now) controller_->on_timer(now);
    produce(now);
    send(now);
  }

  Time next(Time now) const {
    if (now < Time(config_.start)) return Time(config_.start);
    Time t = Time::max();
    sooner(t, nearer_.next());
    sooner(t, back_.next());
    sooner(t, tracker_.due());
    sooner(t, packets_.timer());
    sooner(t, controller_->timer());
    if (config_.source.kind != Source::Kind::greedy) sooner(t, next_frame_);
    if (sendable(now)) sooner(t, pacer_.next(now));
    return t;
  }

  const Controller& controller() const { return *controller_; }
  const recovery::SentPackets& packets() const { return packets_; }

 private:
  void on_acked(const recovery::SentPacket& p, const std::optional<std::int64_t>& arrival,
                bool spurious) override {
    controller_->on_result({p.number, p.size, p.sent, arrival, false, p.probe, p.app_limited, spurious});
  }
  void on_lost(const recovery::SentPacket& p) override {
    controller_->on_result({p.number, p.size, p.sent, std::nullopt, true, p.probe, p.app_limited, false});
    if (config_.source.kind == Source::Kind::segments) backlog_ += static_cast<std::int64_t>(p.size);
  }

  void feedback(Time now, std::uint64_t marked) {
    controller_->on_feedback(
        {now, rtt_.latest(), rtt_.smoothed(), rtt_.min(), packets_.bytes_in_flight(), marked});
    pacer_.set_rate(now, controller_->pacing_rate());
  }

  void produce(Time now) {
    const Source& source = config_.source;
    if (now >= Time(config_.stop)) return;
    if (source.kind == Source::Kind::greedy) backlog_ = 1 << 20;
    if (source.kind == Source::Kind::greedy || now < next_frame_) return;
    DataRate rate = source.most;
    if (source.kind == Source::Kind::live) {
      targets_.push_back(controller_->target_rate());
      if (targets_.size() > 4) targets_.pop_front();
      rate = std::clamp(targets_.front(), source.least, source.most) *
             (1 + source.variation * random_.gaussian());
    }
    const std::int64_t size = std::max<std::int64_t>((rate * source.interval).bytes(), 100);
    backlog_ += size;
    frame_ends_.push_back(produced_ += size);
    captured_ = next_frame_.time_since_epoch().count();
    next_frame_ += source.interval;
  }

  bool sendable(Time now) const {
    const auto in_flight = static_cast<std::int64_t>(packets_.bytes_in_flight());
    return (backlog_ > 0 || pacer_.in_train(now)) && in_flight < controller_->window().bytes() &&
           !packets_.full();
  }

  void send(Time now) {
    for (;;) {
      if (const auto probe = controller_->take_probe(now)) pacer_.begin_train(now, probe->rate, probe->size);
      if (!sendable(now) || !pacer_.can_send(now)) return;
      transmit(now, datagram);
    }
  }

  void transmit(Time now, std::size_t most) {
    std::size_t size = most;
    bool end = false;
    if (backlog_ > 0) {
      size = std::min(most, std::max<std::size_t>(static_cast<std::size_t>(backlog_), 100));
      backlog_ = std::max<std::int64_t>(0, backlog_ - static_cast<std::int64_t>(size));
      sent_ += static_cast<std::int64_t>(size);
      while (!frame_ends_.empty() && sent_ >= frame_ends_.front()) frame_ends_.pop_front(), end = true;
      if (config_.source.kind == Source::Kind::greedy) end = packets_.next().value % 10 == 0;
    }
    const bool in_train = pacer_.in_train(now);
    recovery::SentPacket packet{.number = packets_.next(),
                                .sent = now,
                                .size = size,
                                .ack_eliciting = true,
                                .in_flight = true,
                                .probe = in_train,
                                .app_limited = backlog_ == 0,
                                .carried = {recovery::Carried{.what = recovery::Carried::What::media}}};
    packets_.on_sent(packet);
    controller_->on_sent(now, packet.number, size, backlog_ > 0);
    pacer_.on_sent(now, DataSize::bytes(static_cast<std::int64_t>(size)));
    const bool live = config_.source.kind == Source::Kind::live && size > 100;
    path_.push(now, {packet.number.value, id_, end, live ? captured_ : 0}, size);
  }

  friend class Path;
  Path& path_;
  std::uint32_t id_;
  FlowConfig config_;
  link::Link nearer_, back_;
  link::Random random_;
  recovery::RttEstimator rtt_;
  recovery::SentPackets packets_{rtt_};
  recovery::AckTracker tracker_;
  std::unique_ptr<Controller> controller_;
  Pacer pacer_;
  std::map<std::uint64_t, wire::Ack> acks_;
  std::uint64_t acks_sent_ = 0;
  std::int64_t backlog_ = 0, produced_ = 0, sent_ = 0;
  std::deque<std::int64_t> frame_ends_;
  std::deque<DataRate> targets_;
  Time next_frame_;
  std::int64_t captured_ = 0;  // of the frame that is being sent
};

/// Only as much of TCP as fills a queue: slow start, additive increase, halving once per window.
class Tcp {
 public:
  Tcp(Path& path, std::uint32_t id, Duration start)
      : path_(path), id_(id), start_(start), back_(path.back_, id) {}

  void receive(const link::Delivery& delivery, Time now) { back_.push(now, delivery.bytes); }
  void step(Time now) {
    if (now < Time(start_)) return;
    while (const auto delivery = back_.pop(now)) on_ack(label_of(delivery->bytes).number, now);
    if (!flying_.empty() && now - last_progress_ > 1s) {  // retransmission timeout
      threshold_ = std::max(2.0, window_ / 2);
      window_ = 2;
      flying_.clear();
      last_progress_ = now;
    }
    while (static_cast<double>(flying_.size()) < window_) {
      flying_[next_] = now;
      path_.push(now, {next_++, id_}, 1472);
    }
  }
  Time next(Time now) const {
    if (now < Time(start_)) return Time(start_);
    Time t = last_progress_ + 1s;
    sooner(t, back_.next());
    return std::max(t, now + 100us);
  }

 private:
  void on_ack(std::uint64_t number, Time now) {
    flying_.erase(number);
    last_progress_ = now;
    window_ += window_ < threshold_ ? 1 : 1 / window_;
    bool lost = false;
    while (!flying_.empty() && flying_.begin()->first + 3 < number) {
      lost = lost || flying_.begin()->first >= recovery_;
      flying_.erase(flying_.begin());
    }
    if (!lost) return;
    recovery_ = next_;
    threshold_ = window_ = std::max(2.0, window_ / 2);
  }

  Path& path_;
  std::uint32_t id_;
  Duration start_;
  link::Link back_;
  std::map<std::uint64_t, Time> flying_;
  double window_ = 10, threshold_ = 1e9;
  std::uint64_t next_ = 0, recovery_ = 0;
  Time last_progress_{};
};

/// Traffic that does not listen.
class Constant {
 public:
  Constant(Path& path, std::uint32_t id, std::vector<link::RateStep> rate)
      : path_(path), id_(id), rate_(std::move(rate)) {}

  void step(Time now) {
    for (; next_ <= now; next_ += DataSize::bytes(datagram + headers) / rate_.at(next_.time_since_epoch()))
      path_.push(now, {number_++, id_}, datagram);
  }
  Time next() const { return next_; }

 private:
  Path& path_;
  std::uint32_t id_;
  link::Schedule rate_;
  std::uint64_t number_ = 0;
  Time next_{};
};

Path::Path(link::LinkConfig there, link::LinkConfig back, std::uint64_t seed)
    : there_(std::move(there), seed), back_(std::move(back)), seed_(seed) {}
Path::~Path() = default;

std::size_t Path::add(const FlowConfig& config) {
  flows_.push_back(std::make_unique<Flow>(*this, static_cast<std::uint32_t>(flows_.size()), config));
  tcps_.emplace_back();
  received_.emplace_back();
  return flows_.size() - 1;
}

std::size_t Path::add_tcp(Duration start) {
  tcps_.push_back(std::make_unique<Tcp>(*this, static_cast<std::uint32_t>(flows_.size()), start));
  flows_.emplace_back();
  received_.emplace_back();
  return flows_.size() - 1;
}

std::size_t Path::add_constant(std::vector<link::RateStep> rate) {
  constants_.push_back(
      std::make_unique<Constant>(*this, static_cast<std::uint32_t>(flows_.size()), std::move(rate)));
  flows_.emplace_back();
  tcps_.emplace_back();
  received_.emplace_back();
  return flows_.size() - 1;
}

void Path::run(Duration until) {
  Time watched = now_;
  while (now_ < Time(until)) {
    while (const auto delivery = there_.pop(now_)) {
      const std::size_t id = label_of(delivery->bytes).flow;
      received_[id].add(delivery->at, delivery->bytes.size(), delivery->queued);
      if (flows_[id]) flows_[id]->receive(*delivery, now_);
      if (tcps_[id]) tcps_[id]->receive(*delivery, now_);
    }
    Time next = now_ + 10ms;
    for (std::size_t i = 0; i < flows_.size(); ++i) {
      if (flows_[i]) flows_[i]->step(now_), sooner(next, flows_[i]->next(now_));
      if (tcps_[i]) tcps_[i]->step(now_), sooner(next, tcps_[i]->next(now_));
    }
    for (const auto& constant : constants_) constant->step(now_), sooner(next, constant->next());
    sooner(next, there_.next());
    if (watch && now_ - watched >= 100ms) watch(watched = now_);
    now_ = std::max(next, now_ + 50us);
  }
}

const Controller& Path::controller(std::size_t flow) const { return flows_[flow]->controller(); }
const recovery::SentPackets& Path::packets(std::size_t flow) const { return flows_[flow]->packets(); }

void Path::push(Time now, const Label& label, std::size_t size) {
  const std::size_t flow = label.flow;
  const Bytes bytes = labelled(label, size);
  if (flows_[flow] && flows_[flow]->config_.nearer > Duration::zero()) {
    flows_[flow]->nearer_.push(now, bytes);
  } else {
    there_.push(now, bytes, Ecn::ect0);
  }
}

DataRate Path::mean_rate(std::size_t flow, Duration from, Duration to) const {
  double bits = 0;
  const auto& all = received_[flow].bits;
  for (auto i = static_cast<std::size_t>(from / grain);
       i < static_cast<std::size_t>(to / grain) && i < all.size(); ++i)
    bits += all[i];
  return DataRate::bps(static_cast<std::int64_t>(bits / to_seconds(to - from)));
}

double Path::utilisation(std::size_t flow, Duration from, Duration to, DataRate most) const {
  double possible = 0;
  for (Duration t = from; t < to; t += 10ms)
    possible += static_cast<double>(std::min(there_.rate(Time(t)), most).bps());
  return static_cast<double>(mean_rate(flow, from, to).bps()) * to_seconds(to - from) / (possible * 0.01);
}

Duration Path::wait_percentile(std::size_t flow, double share, Duration from, Duration to) const {
  std::vector<Duration> waits;
  for (const auto& [at, wait] : received_[flow].waits) {
    if (at >= Time(from) && at < Time(to)) waits.push_back(wait);
  }
  if (waits.empty()) return {};
  std::ranges::sort(waits);
  return waits[std::min(waits.size() - 1,
                        static_cast<std::size_t>(share * static_cast<double>(waits.size())))];
}

Duration Path::time_to(std::size_t flow, DataRate goal, Duration step) const {
  for (Duration t = step; t < step + 30s; t += grain) {
    if (mean_rate(flow, t, t + grain) >= goal * 0.97 && mean_rate(flow, t, t + 1s) >= goal * 0.97)
      return t + grain - step;
  }
  return Duration::max();
}

}  // namespace avocet::rate
