#include "protocol/service/client.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "protocol/crypto/key_agreement.hpp"
#include "protocol/crypto/random.hpp"
#include "protocol/media/early_frames.hpp"
#include "protocol/service/client_play.hpp"
#include "protocol/service/message_stream.hpp"
#include "protocol/service/names.hpp"
#include "protocol/service/publication.hpp"
#include "protocol/service/tracks.hpp"

namespace avocet::service {
namespace {

constexpr std::size_t message_queue = 1 << 20;
constexpr std::size_t most_titles = 16'384;  // of a catalogue
constexpr Duration farewell = 500ms;         // for Bye to arrive and the server to close

}  // namespace

class Client::Impl {
 public:
  Impl(const ClientConfig& config, session::ClientCredentials given, PeerAddress server,
       crypto::Random random, Time began, UnixTime calendar)
      : now(began),
        credentials(given),
        encryption(crypto::KeyAgreement::make(*given.context, wire::Group::x25519, random)),
        session(session::Session::connect(config.session, std::move(given), server, random.fork(), now,
                                          calendar)),
        messages(message_queue),
        early(config.max_early_frames, config.max_early_bytes),
        sealed_play(config.sealed_play) {}

  // What the server says.

  void operator()(const wire::Welcome& welcome) { events.push_back(Joined{welcome.server}); }
  void operator()(const wire::Refused& refused) {
    const PlayId request{static_cast<std::uint32_t>(refused.request)};
    events.push_back(Refused{request, refused.code, refused.reason, refused.remedy});
    if (const auto found = plays.find(request); found != plays.end() && !found->second.started())
      plays.erase(found);
    drop_publication(request);
  }
  void operator()(const wire::Directory& d) {
    events.push_back(DirectoryChanged{d.complete, d.present, d.left});
  }
  void operator()(const wire::Catalogue& page) {
    if (catalogue.size() + page.titles.size() > most_titles) return break_off("the catalogue has no end");
    catalogue.insert(catalogue.end(), page.titles.begin(), page.titles.end());
    if (!page.more) events.push_back(CatalogueReceived{std::exchange(catalogue, {})});
  }
  void operator()(const wire::Tracks& tracks) {
    if (tracks.tracks.empty()) return;
    const auto play = plays.find(current(tracks.play));
    if (play != plays.end())
      play->second.tracks(now, tracks);
    else if (tracks.play == PlayId{})
      sealed_play.reset();  // nobody asked in time: it is not taken up any more
    last_track = std::max(last_track, std::ranges::max(tracks.tracks, {}, &wire::Track::id).id);
    for (const session::FrameReceived& held : early.take(last_track)) take(held);
  }
  void operator()(const wire::Switched& switched) {
    const auto play = plays.find(current(switched.play));
    if (play == plays.end()) return;
    if (const auto back = play->second.switched(switched)) say(*back);
  }
  void operator()(const wire::Ended& ended) {
    if (const auto play = plays.find(current(ended.play)); play != plays.end())
      play->second.ended(now, ended.reason);
  }
  void operator()(const wire::Published& published) {
    const auto found = publications.find(published.play);
    if (found == publications.end()) return;
    found->second.accepted();
    events.push_back(PublicationStarted{published.play});
  }
  void operator()(const wire::TargetRate& target) {
    constexpr std::uint64_t most = 1'000'000'000'000;  // a terabit per second
    if (!publications.contains(target.play)) return;
    const DataRate rate = DataRate::bps(static_cast<std::int64_t>(std::min(target.rate, most)));
    events.push_back(TargetRateChanged{target.play, rate});
  }
  void operator()(const wire::KeyFrameWanted& wanted) {
    const auto found = publications.find(wanted.play);
    if (found == publications.end()) return;
    found->second.want_key_frame(wanted.after);
    ask_encoder(found->first, found->second);
  }
  void operator()(const wire::Say& say) { events.push_back(Said{say.from, say.line, at(say.at)}); }
  void operator()(const wire::Announce& announced) {
    events.push_back(Said{"", announced.line, at(announced.at)});
  }
  void operator()(const wire::Bye&) {}  // the server closes, with the reason
  template <class T>
  void operator()(const T&) {
    break_off(std::string(wire::Wire<T>::name) + " is for servers");
  }

  // What the session says.

  void take(session::Connected& connected) {
    events.push_back(Connected{std::move(connected.fingerprint), connected.resumed});
  }
  void take(session::TicketReceived& ticket) {
    TicketReceived told{std::move(ticket.resumption), {}};
    if (const std::uint64_t seals = told.resumption.seals) {
      const ClientPlay* about = play({static_cast<std::uint32_t>(seals)});
      if (about == nullptr) return;
      told.play = about->place();
    }
    events.push_back(std::move(told));
  }
  void take(const session::Resuming&) {}  // for servers
  void take(const session::StreamReadable& readable) {
    if (readable.stream != StreamId{0}) return session.reset(now, readable.stream, 0);
    const session::StreamRead read = session.read(now, readable.stream);
    const bool fine = messages.receive(read.data, *this, [&] { return !broken; });
    if (!fine) break_off(messages.fault());
    if (read.fin) break_off("stream 0 ended");
  }
  void take(const session::StreamReset& reset) {
    if (reset.stream == StreamId{0}) break_off("stream 0 ended");
  }
  void take(const session::FrameReceived& received) {
    if (received.track > last_track) return early.hold(received);
    for (auto& [id, play] : plays) {
      if (play.owns(received.track)) return play.frame(now, received);
    }
    session.ignore_track(received.track);
  }
  void take(const session::StreamWritable&) {}
  void take(const session::MediaWritable&) {}
  void take(const session::RateChanged&) {}
  void take(session::KeyLog& log) { events.push_back(ClientKeyLog{std::move(log.line)}); }
  void take(const session::Closed& closed) {
    for (auto& [id, play] : plays) {
      last_stats = {id, play.stats(now)};
      events.push_back(PlayEnded{id, closed.reason.empty() ? "the connection ended" : closed.reason});
    }
    plays.clear();
    leave_at.reset();
    events.push_back(ConnectionClosed{closed.code, closed.reason, closed.by_peer});
  }

  // Driving.

  Output poll(Time at, ByteSpan room, std::size_t max_segments) {
    now = at;
    for (;;) {
      if (!events.empty()) {
        ClientEvent event = std::move(events.front());
        events.pop_front();
        return event;
      }
      session::Session::Output output = session.poll(now, room, max_segments);
      if (auto* transmit = std::get_if<session::Transmit>(&output)) return *transmit;
      if (auto* event = std::get_if<session::Event>(&output)) {
        std::visit([&](auto& e) { take(e); }, *event);
      } else if (!advance()) {
        return next_wake(std::get<session::Wake>(output));
      }
    }
  }

  /// True when something has come of it: an event, or bytes for the session.
  bool advance() {
    for (auto& [id, play] : plays) play.advance(now, events, messages);
    for (auto next = plays.begin(); next != plays.end();) {
      const auto entry = next++;
      if (!entry->second.over()) continue;
      last_stats = {entry->first, entry->second.stats(now)};
      plays.erase(entry);
    }
    if (leave_at && *leave_at <= now) {
      leave_at.reset();
      session.close(now, wire::CloseCode::none, "goodbye");
      return true;
    }
    return flush() || !events.empty();
  }

  bool flush() {
    if (!session.connected()) return false;
    const std::size_t before = messages.queued();
    struct Stream {
      session::Session& session;
      session::Admission write(Time t, ByteView data) const { return session.write(t, StreamId{0}, data); }
    };
    messages.flush(now, Stream{session});
    return messages.queued() != before;
  }

  session::Wake next_wake(session::Wake wake) const {
    const auto no_later = [&](Time due, std::string_view why) {
      if (!wake.at || due < *wake.at) wake = {std::max(due, now + 1us), why};
    };
    for (const auto& [id, play] : plays) {
      if (const auto due = play.due()) no_later(*due, "playout");
    }
    if (leave_at) no_later(*leave_at, "farewell");
    return wake;
  }

  void break_off(std::string_view reason) {
    broken = true;
    session.close(now, wire::CloseCode::service, shortened(reason, 256));
  }

  template <wire::Declared T>
  void say(const T& message) {
    messages.send(message);
    flush();
  }

  ClientPlay* play(PlayId id) {
    const auto found = plays.find(id);
    return found == plays.end() ? nullptr : &found->second;
  }

  /// Until the server has heard how we call it, the play of the ticket has id 0 (AV-SVC-42).
  PlayId current(PlayId id) const { return id == PlayId{} ? continued : id; }

  void drop_publication(PlayId id) {
    const auto found = publications.find(id);
    if (found == publications.end()) return;
    found->second.close(session);
    publications.erase(found);
  }

  static UnixTime at(std::uint64_t seconds) {
    return UnixTime(
        std::chrono::seconds(static_cast<std::int64_t>(std::min(seconds, std::uint64_t{1} << 40))));
  }

  void ask_encoder(PlayId id, Publication& publication) {
    if (publication.take_key_frame_request(now)) events.push_back(KeyFrameRequested{id});
  }

  Time now;  // of the latest call
  session::ClientCredentials credentials;
  crypto::KeyAgreement encryption;
  session::Session session;
  MessageStream messages;
  media::EarlyFrames<session::FrameReceived> early;
  std::deque<ClientEvent> events;
  std::vector<wire::Title> catalogue;
  std::map<PlayId, ClientPlay> plays;
  std::map<PlayId, Publication> publications;
  std::optional<SealedPlay> sealed_play;  // until the first play()
  PlayId continued;                       // our id for it
  PlayId next_id{1};
  TrackId next_track{1};  // of ours
  TrackId last_track;     // highest that the server has told of
  std::optional<Time> leave_at;
  bool broken = false;
  std::optional<std::pair<PlayId, PlayStats>> last_stats;
};

Client::Client(const ClientConfig& config, session::ClientCredentials credentials, PeerAddress server,
               Entropy entropy, Time now, UnixTime calendar)
    : impl_(std::make_unique<Impl>(config, std::move(credentials), server, crypto::Random(entropy), now,
                                   calendar)) {}
Client::~Client() = default;

void Client::receive(Time now, const session::Datagram& datagram) {
  impl_->session.receive(impl_->now = now, datagram);
}
void Client::wake(Time now) { impl_->session.wake(impl_->now = now); }

void Client::join(Time now, std::string_view name) {
  impl_->now = now;
  wire::Join join{.name = shortened(name, 64)};
  std::ranges::copy(impl_->encryption.share(), join.encryption_key.begin());
  const session::ClientCredentials& credentials = impl_->credentials;
  join.signature = credentials.identity->sign(*credentials.context,
                                              encryption_key_statement(join.name, join.encryption_key));
  impl_->say(join);
}

void Client::browse(Time now) {
  impl_->now = now;
  impl_->say(wire::Browse{});
}

PlayId Client::play(Time now, const PlayRequest& request) {
  impl_->now = now;
  const PlayId id = impl_->next_id;
  ++impl_->next_id;
  impl_->plays.try_emplace(id, now, id, request);
  impl_->last_stats.reset();
  wire::Extensions extensions;
  const auto sealed = std::exchange(impl_->sealed_play, std::nullopt);
  if (sealed && continues(request, *sealed)) {
    impl_->continued = id;
    extensions.push_back({.type = wire::continues_sealed_play, .value = {}});
  }
  impl_->say(wire::Play{.play = id,
                        .title = shortened(request.title, 64),
                        .start = request.start,
                        .rendition = shortened(request.rendition, 16),
                        .cap = shortened(request.cap, 16),
                        .latency = request.latency,
                        .buffer = request.buffer,
                        .weight = std::max<std::uint8_t>(request.weight, 1),
                        .extensions = std::move(extensions)});
  // AV-SEG-14: It is ignored when there is nothing to grant.
  impl_->say(wire::Credit{.play = id, .until = request.start + request.buffer});
  return id;
}

void Client::pause(Time now, PlayId id, bool paused) {
  impl_->now = now;
  ClientPlay* play = impl_->play(id);
  if (play == nullptr) return;
  play->pause(now, paused);
  impl_->say(wire::Pause{.play = id, .paused = paused});
}

void Client::seek(Time now, PlayId id, Duration position) {
  impl_->now = now;
  ClientPlay* play = impl_->play(id);
  if (play == nullptr) return;
  if (const auto seek = play->seek(position)) impl_->say(*seek);
}

void Client::switch_rendition(Time now, PlayId id, std::string_view rendition, std::string_view cap) {
  impl_->now = now;
  if (impl_->play(id) == nullptr) return;
  impl_->say(
      wire::SwitchRendition{.play = id, .rendition = shortened(rendition, 16), .cap = shortened(cap, 16)});
}

void Client::stop(Time now, PlayId id) {
  impl_->now = now;
  const auto found = impl_->plays.find(id);
  const bool playing = found != impl_->plays.end();
  if (!playing && !impl_->publications.contains(id)) return;
  if (playing) {
    impl_->last_stats = {id, found->second.stats(now)};
    impl_->plays.erase(found);
    impl_->events.push_back(PlayEnded{id, "stopped"});
  }
  impl_->drop_publication(id);
  impl_->say(wire::Stop{.play = id});
}

PlayId Client::publish(Time now, std::string_view title, const std::vector<media::TrackConfig>& tracks,
                       std::uint8_t weight) {
  impl_->now = now;
  const PlayId id = impl_->next_id;
  ++impl_->next_id;
  if (const auto problem = problem_of_tracks(tracks)) {
    impl_->events.push_back(Refused{id, wire::RefusalCode::bad_request, *problem, "offer other tracks"});
    return id;
  }
  weight = std::max<std::uint8_t>(weight, 1);
  const auto [made, _] =
      impl_->publications.try_emplace(id, impl_->session, tracks, impl_->next_track, weight);
  impl_->next_track = impl_->next_track + static_cast<std::uint32_t>(tracks.size());
  impl_->say(wire::Publish{
      .play = id, .title = shortened(title, 64), .weight = weight, .tracks = made->second.tracks()});
  return id;
}

session::Admission Client::send_frame(Time now, PlayId publication, std::size_t track,
                                      const media::Frame& frame, Duration latency) {
  impl_->now = now;
  const auto found = impl_->publications.find(publication);
  if (found == impl_->publications.end()) return session::Admission::closed;
  const session::Admission admission = found->second.send(now, impl_->session, track, frame, now + latency);
  impl_->ask_encoder(publication, found->second);
  return admission;
}

void Client::say(Time now, std::string_view line) {
  impl_->now = now;
  impl_->say(wire::Say{.line = shortened(line, 4096)});
}

void Client::announce(Time now, std::string_view line) {
  impl_->now = now;
  impl_->say(wire::Announce{.line = shortened(line, 4096)});
}

void Client::move_to(Time now, PeerAddress local) {
  impl_->now = now;
  impl_->session.move_to(now, local);
}

void Client::bye(Time now, std::string_view reason) {
  impl_->now = now;
  if (!impl_->session.connected()) return impl_->session.close(now, wire::CloseCode::none, reason);
  impl_->say(wire::Bye{.reason = shortened(reason, 256)});
  impl_->leave_at = now + farewell;
}

Client::Output Client::poll(Time now, ByteSpan room, std::size_t max_segments) {
  return impl_->poll(now, room, max_segments);
}

bool Client::connected() const { return impl_->session.connected(); }
session::Stats Client::stats() const { return impl_->session.stats(); }

std::optional<PlayStats> Client::stats(Time now, PlayId id) const {
  if (ClientPlay* play = impl_->play(id)) return play->stats(now);
  if (impl_->last_stats && impl_->last_stats->first == id) return impl_->last_stats->second;
  return std::nullopt;
}

}  // namespace avocet::service
